import { createHash } from 'node:crypto'
import { ReceiveError } from '../base/errors.ts'
import type { Ledger } from '../ledger/ledger.ts'
import { foldedPath } from '../names/safe-path.ts'
import type { FinishedFile } from '../sessions/finish.ts'
import type { Reader, Readings } from '../storage/readings.ts'
import type { ChunkStore } from '../store/chunk-store.ts'

/**
 * What SKIP_SAME found: a file with other content or none, one that may be the same when the sender's SHA-256 says so,
 * or the same file.
 */
export type Likeness =
  | { readonly kind: 'other' }
  | { readonly kind: 'sha256 wanted' }
  | { readonly kind: 'same'; readonly file: FinishedFile }

const other: Likeness = { kind: 'other' }

/**
 * Files of one size that are read for one answer. Whoever has stored more of them under one name is sent one too many.
 */
const MOST_COMPARED = 32

/**
 * Compares a file that a sender wants to send with the one that has its final name, and with all that were stored for
 * that name before, which may have got another one then. The MD5 for the answer is computed on the same read.
 *
 * @param reader for whom the fair queue reads what is compared, and only as long as somebody waits for it.
 * @param sha256 the sender's, 64 hex digits; empty when it did not say.
 * @throws ReceiveError BAD_HASH_FORMAT.
 */
export async function likenessOf(
  { ledger, store, readings }: Likely,
  reader: Reader,
  path: readonly string[],
  sizeBytes: number,
  sha256: string,
): Promise<Likeness> {
  if (!/^([0-9a-f]{64})?$/i.test(sha256))
    throw new ReceiveError('BAD_HASH_FORMAT', 'Expected a SHA-256 as 64 hex digits.')
  const compared = async (): Promise<Likeness> => {
    for (const candidate of await candidatesFor(ledger, store, path, sizeBytes)) {
      const file = await store.openPublished(candidate)
      if (file === undefined) continue
      try {
        if (file.sizeBytes !== sizeBytes) continue
        if (sha256 === '') return { kind: 'sha256 wanted' }
        const blocks = readings.fairBlocks(reader, file.read(0, sizeBytes))
        const md5 = await md5IfSame(blocks, sizeBytes, sha256.toLowerCase())
        if (md5 !== undefined) return { kind: 'same', file: { storedAs: candidate.join('/'), sizeBytes, md5 } }
      } finally {
        await file.close()
      }
    }
    return other
  }
  // Whether there is one to compare with is soon told, and waits for nothing that is read.
  return sha256 === '' ? compared() : readings.run(reader, compared)
}

type Likely = {
  readonly ledger: Pick<Ledger, 'names'>
  readonly store: ChunkStore
  readonly readings: Readings
}

/** Where the same file may be, each place once. */
async function candidatesFor(
  { names }: Pick<Ledger, 'names'>,
  store: ChunkStore,
  path: readonly string[],
  sizeBytes: number,
): Promise<readonly (readonly string[])[]> {
  const first = await store.spelled(path)
  const candidates = new Map([[first.join('/'), first]])
  for await (const { sizeBytes: storedBytes, state } of names.askedFor(path)) {
    const isBeside = foldedPath(state.storedAs.slice(0, -1)) === foldedPath(path.slice(0, -1))
    if (storedBytes === sizeBytes && isBeside) candidates.set(state.storedAs.join('/'), state.storedAs)
    if (candidates.size === MOST_COMPARED) break
  }
  return [...candidates.values()]
}

/** The MD5 of a file, when its SHA-256 is the expected one. */
async function md5IfSame(
  blocks: AsyncIterable<Buffer>,
  sizeBytes: number,
  sha256: string,
): Promise<string | undefined> {
  const digests = { sha256: createHash('sha256'), md5: createHash('md5') }
  let readBytes = 0
  for await (const block of blocks) {
    digests.sha256.update(block)
    digests.md5.update(block)
    readBytes += block.length
  }
  const isSame = readBytes === sizeBytes && digests.sha256.digest('hex') === sha256
  return isSame ? digests.md5.digest('hex') : undefined
}
