import { createHash } from 'node:crypto'
import type { Digest, DigestKind } from '../../proto/digests.ts'
import { ReceiveError } from '../base/errors.ts'
import { hashingHere } from '../bytes/hashing.ts'
import type { Ledger } from '../ledger/ledger.ts'
import { foldedPath } from '../names/safe-path.ts'
import type { FinishedFile } from '../sessions/finish.ts'
import type { Reader, Readings } from '../storage/readings.ts'
import type { ChunkStore } from '../store/chunk-store.ts'
import type { BeginRequest } from './new-uploads.ts'

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
 * that name before, which may have got another one then. The digest for the answer, of the kind that the sender
 * computes, is computed on the same read.
 *
 * @param reader for whom the fair queue reads what is compared, and only as long as somebody waits for it.
 * @param asked.sha256 the sender's, 64 hex digits; empty when it did not say.
 * @throws ReceiveError BAD_HASH_FORMAT.
 */
export async function likenessOf(
  { ledger, store, readings }: Likely,
  reader: Reader,
  path: readonly string[],
  { sizeBytes, sha256, verifiedBy }: Pick<BeginRequest, 'sizeBytes' | 'sha256' | 'verifiedBy'>,
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
        const digest = await digestIfSame(blocks, sizeBytes, sha256.toLowerCase(), verifiedBy)
        if (digest !== undefined) return { kind: 'same', file: { storedAs: candidate.join('/'), sizeBytes, digest } }
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

/** The digest of a file, when its SHA-256 is the expected one. */
async function digestIfSame(
  blocks: AsyncIterable<Buffer>,
  sizeBytes: number,
  sha256: string,
  kind: DigestKind,
): Promise<Digest | undefined> {
  const hash = createHash('sha256')
  const other = kind === 'sha256' ? undefined : hashingHere.begin(kind)
  let readBytes = 0
  for await (const block of blocks) {
    hash.update(block)
    await other?.update(block)
    readBytes += block.length
  }
  if (readBytes !== sizeBytes || hash.digest('hex') !== sha256) return undefined
  return { kind, hex: (await other?.hex()) ?? sha256 }
}
