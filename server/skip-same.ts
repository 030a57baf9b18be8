import { createHash } from 'node:crypto'
import { ReceiveError } from './errors.ts'
import type { FinishedFile } from './finish.ts'
import type { ChunkStore } from './store/chunk-store.ts'

/** What SKIP_SAME found: a file with other content or none, one that may be the same when the sender's SHA-256 says so, or the same file. */
export type Likeness =
  | { readonly kind: 'other' }
  | { readonly kind: 'sha256 wanted' }
  | { readonly kind: 'same'; readonly file: FinishedFile }

const other: Likeness = { kind: 'other' }

/**
 * Compares a file that a sender wants to send with the one that has its final name. The MD5 for the answer is computed on the same read.
 *
 * @param sha256 the sender's, 64 hex digits; empty when it did not say.
 * @throws ReceiveError BAD_HASH_FORMAT.
 */
export async function likenessOf(
  store: ChunkStore,
  path: readonly string[],
  sizeBytes: number,
  sha256: string,
): Promise<Likeness> {
  if (!/^([0-9a-f]{64})?$/i.test(sha256))
    throw new ReceiveError('BAD_HASH_FORMAT', 'Expected a SHA-256 as 64 hex digits.')
  const spelled = await store.spelled(path)
  const file = await store.openPublished(spelled)
  if (file === undefined) return other
  try {
    if (file.sizeBytes !== sizeBytes) return other
    if (sha256 === '') return { kind: 'sha256 wanted' }
    const digests = { sha256: createHash('sha256'), md5: createHash('md5') }
    let readBytes = 0
    for await (const block of file.read(0, sizeBytes)) {
      digests.sha256.update(block)
      digests.md5.update(block)
      readBytes += block.length
    }
    if (readBytes !== sizeBytes || digests.sha256.digest('hex') !== sha256.toLowerCase()) return other
    return { kind: 'same', file: { storedAs: spelled.join('/'), sizeBytes, md5: digests.md5.digest('hex') } }
  } finally {
    await file.close()
  }
}
