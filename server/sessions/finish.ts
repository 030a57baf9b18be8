import { digestNames, isSameDigest } from '../../proto/digest/digest-forms.ts'
import type { Digest } from '../../proto/digests.ts'
import { isLoss, ReceiveError, receiveErrorFrom } from '../base/errors.ts'
import type { BatchItem, FinishedRecord, Ledger, UploadRecord } from '../ledger/ledger.ts'
import { foldedPath } from '../names/safe-path.ts'
import type { ChunkStore } from '../store/chunk-store.ts'
import type { Publication, StoredBefore } from '../store/publication.ts'

/** What of two files is compared at once, bytes. */
const COMPARE_BYTES = 1024 * 1024

/** A file that is complete, verified and under its final name. */
export type FinishedFile = { readonly storedAs: string; readonly sizeBytes: number; readonly digest: Digest }

/** The bytes from start up to end, in blocks that may be reused. */
export type Read = (start: number, end: number) => AsyncIterable<Buffer>

/** Told how many bytes have been read again. */
export type OnVerified = (verifiedBytes: number) => void

/**
 * Makes a complete and durable part a finished file, in the order that a crash between any two steps can be recovered
 * from: its digest compared, final name announced in the ledger, name durable, part gone, ledger durable.
 *
 * @param computed answers the digest of what is stored, of the kind that the upload is verified by.
 * @param expected what the sender computed, of that kind, too; undefined when it did not say.
 * @param onVerified may throw to end it; called again when everything was read, before anything is published.
 * @param read gives back the bytes of the part, as it is when all of it is there.
 * @throws ReceiveError FINAL_CHECKSUM or STORAGE_LOST_DATA when the part cannot be trusted and has to be sent again;
 * what the store throws when the final name cannot be had, and then nothing is lost.
 */
export async function verifyAndPublish(
  deps: { readonly ledger: Ledger; readonly store: ChunkStore },
  record: UploadRecord,
  computed: (onVerified: OnVerified) => Promise<Digest>,
  expected: Digest | undefined,
  onVerified: OnVerified,
  read: Read,
): Promise<UploadRecord> {
  const { ledger, store } = deps
  const actual = await believable(() => computed(onVerified))
  if (expected !== undefined && !isSameDigest(actual, expected)) {
    throw new ReceiveError(
      'FINAL_CHECKSUM',
      `The file arrived damaged: its ${digestNames[actual.kind]} is ${actual.hex} here and ${expected.hex} at the sender.`,
    )
  }
  const { publication, finished } = publicationOf(ledger, record, actual)
  const isSame = (path: readonly string[]) => isStoredAt(store, path, record.sizeBytes, read)
  await store.publish(record.fileId, record, { ...publication, isSame })
  return finished()
}

/**
 * Ends a publication that was interrupted by a crash or an error: finished when the final name is there, receiving when
 * it is not, and undefined when the bytes are gone, and then the upload is forgotten.
 */
export async function settlePublication(
  deps: { readonly ledger: Ledger; readonly store: ChunkStore },
  record: UploadRecord,
): Promise<UploadRecord | undefined> {
  if (record.state.kind !== 'publishing') return record
  const { storedAs, digest } = record.state
  const { publication, finished } = publicationOf(deps.ledger, record, digest)
  const settled = await deps.store.settle(record.fileId, record.state, () => publication.record(storedAs))
  if (settled === 'published') return finished()
  if (settled === 'lost') {
    await deps.ledger.uploads.forget(record)
    return undefined
  }
  const receiving: UploadRecord = { ...record, state: { kind: 'receiving' } }
  await deps.ledger.uploads.save(receiving)
  return receiving
}

/** The finished file of a record; undefined when it is not finished. */
export function finishedFileOf(record: UploadRecord): FinishedFile | undefined {
  if (record.state.kind !== 'finished') return undefined
  return { storedAs: record.state.storedAs.join('/'), sizeBytes: record.sizeBytes, digest: record.state.digest }
}

/** The finished file of a record that is finished. */
export function mustBeFinished(record: UploadRecord): FinishedFile {
  const file = finishedFileOf(record)
  if (file === undefined) throw new Error('A published upload is not finished.')
  return file
}

/** What a store asks and tells about an upload that it publishes, and the record that is finished when it has. */
export function publicationOf(
  ledger: Ledger,
  record: UploadRecord,
  digest: Digest,
): { readonly publication: Publication; finished(): UploadRecord } {
  let saved: UploadRecord | undefined
  let announced = record.state.kind === 'publishing' ? record.state : undefined
  return {
    publication: {
      async announce(intent) {
        announced = { kind: 'publishing', ...intent, digest }
        await ledger.uploads.save({ ...record, state: announced }, { durable: true })
      },
      spelledBefore: async (path) => (await ledger.names.holder(path))?.state.storedAs,
      // Of an upload that is not complete any more nothing is known to be the same.
      isSame: async () => false,
      mayReplace: async (path) => mayReplace(record, await ledger.names.holder(path)),
      storedBefore: () => storedBefore(ledger, record),
      async record(storedAs) {
        // A file that was there already, and is the same, is another one than that which was announced for another
        // name.
        const isIt = announced?.storedAs.join('/') === storedAs.join('/')
        const fileIdentity = isIt ? announced?.fileIdentity : undefined
        saved = await saveFinished(ledger, record, { storedAs, digest, ...(fileIdentity && { fileIdentity }) })
      },
    },
    finished() {
      if (saved === undefined) throw new Error('A publication was not recorded.')
      return saved
    },
  }
}

/**
 * Whether an upload with OVERWRITE may replace what has the name that it asked for. Sources that are sent together
 * never replace each other, however different their names were before they became one here: the second one is kept
 * beside the first.
 */
function mayReplace({ batch }: UploadRecord, holder: FinishedRecord | undefined): boolean {
  const isOfBatch = batch !== undefined && holder?.batch?.batchId === batch.batchId
  return !isOfBatch || holder?.batch?.sourceId === batch.sourceId
}

/**
 * Where a source was kept beside another one of its batch when it was sent before: it finds its own file again,
 * whichever of them comes first this time. One that was kept beside the file of somebody else, because it was sent
 * without OVERWRITE then, now replaces that.
 */
async function storedBefore({ names }: Ledger, record: UploadRecord): Promise<StoredBefore | undefined> {
  const { batch, owner, onConflict, path } = record
  if (batch === undefined || onConflict !== 'OVERWRITE') return undefined
  for await (const earlier of names.askedFor(path)) {
    const { fileId, state, sizeBytes, modifiedAtMs } = earlier
    const isOwn = earlier.owner === owner && earlier.batch?.sourceId === batch.sourceId && fileId !== record.fileId
    if (!isOwn || foldedPath(state.storedAs) === foldedPath(path)) continue
    if (earlier.onConflict !== 'OVERWRITE' && !isBesideItsBatch(batch, earlier, await names.holder(path))) continue
    const holder = await names.holder(state.storedAs)
    if (holder?.fileId === fileId) return { fileId, path: state.storedAs, sizeBytes, modifiedAtMs }
  }
  return undefined
}

/** Whether what has the name that a source asked for came with it, now or then: its own number came from that. */
function isBesideItsBatch(batch: BatchItem, earlier: FinishedRecord, holder: FinishedRecord | undefined): boolean {
  const first = holder?.batch
  if (first === undefined || first.sourceId === batch.sourceId) return false
  return first.batchId === earlier.batch?.batchId || first.batchId === batch.batchId
}

/** A part that its disk cannot give back has to be sent again. */
async function believable(computed: () => Promise<Digest>): Promise<Digest> {
  try {
    return await computed()
  } catch (error) {
    if (!isLoss(error)) throw error
    throw receiveErrorFrom(error, 'STORAGE_LOST_DATA', "The receiver's disk cannot read back what it stored.")
  }
}

/** Tells the ledger, durably, that a file is published. */
async function saveFinished(
  ledger: Ledger,
  record: UploadRecord,
  stored: Omit<FinishedRecord['state'], 'kind'>,
): Promise<UploadRecord> {
  const finished: UploadRecord = { ...record, state: { kind: 'finished', ...stored } }
  // A three-RPC client may still ask which chunks it sent; our own sender is told the finished file instead.
  await ledger.uploads.save(finished, { durable: true, forgetChunks: record.origin.kind === 'begun' })
  return finished
}

/**
 * Whether the file that is stored at a path has these very bytes; digests of two files may be equal where the files are
 * not.
 */
async function isStoredAt(
  store: Pick<ChunkStore, 'openPublished'>,
  path: readonly string[],
  sizeBytes: number,
  read: Read,
): Promise<boolean> {
  const file = await store.openPublished(path)
  if (file === undefined) return false
  try {
    if (file.sizeBytes !== sizeBytes) return false
    for (let start = 0; start < sizeBytes; start += COMPARE_BYTES) {
      const end = Math.min(start + COMPARE_BYTES, sizeBytes)
      const stored = await bytesOf(file.read(start, end))
      if (stored.length !== end - start || !stored.equals(await bytesOf(read(start, end)))) return false
    }
    return true
  } finally {
    await file.close()
  }
}

async function bytesOf(blocks: AsyncIterable<Buffer>): Promise<Buffer> {
  const all: Buffer[] = []
  for await (const block of blocks) all.push(Buffer.from(block))
  return Buffer.concat(all)
}
