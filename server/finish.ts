import { isLoss, ReceiveError, receiveErrorFrom } from './errors.ts'
import type { Ledger, UploadRecord } from './ledger/ledger.ts'
import type { ChunkStore, Intent } from './store/chunk-store.ts'

/** A file that is complete, verified and under its final name. */
export type FinishedFile = { readonly storedAs: string; readonly sizeBytes: number; readonly md5: string }

/** Told how many bytes have been read again. */
export type OnVerified = (verifiedBytes: number) => void

/**
 * Makes a complete and durable part a finished file, in the order that a crash between any two steps can be recovered from: its digest
 * compared, final name announced in the ledger, name durable, part gone, ledger durable.
 *
 * @param digest answers the MD5 of what is stored, lower-case hex.
 * @param md5 what the sender computed, lower-case hex; undefined when it did not say.
 * @param onVerified may throw to end it; called again when everything was read, before anything is published.
 * @throws ReceiveError FINAL_CHECKSUM or STORAGE_LOST_DATA when the part cannot be trusted and has to be sent again; what the store throws
 * when the final name cannot be had, and then nothing is lost.
 */
export async function verifyAndPublish(
  deps: { readonly ledger: Ledger; readonly store: ChunkStore },
  record: UploadRecord,
  digest: (onVerified: OnVerified) => Promise<string>,
  md5: string | undefined,
  onVerified: OnVerified,
): Promise<UploadRecord> {
  const { ledger, store } = deps
  const actual = await believable(() => digest(onVerified))
  if (md5 !== undefined && actual !== md5) {
    throw new ReceiveError(
      'FINAL_CHECKSUM',
      `The file arrived damaged: its MD5 is ${actual} here and ${md5} at the sender.`,
    )
  }
  const storedAs = await store.publish(record.fileId, record, announcing(ledger, record, actual))
  return saveFinished(ledger, record, storedAs, actual)
}

/**
 * Ends a publication that was interrupted by a crash or an error: finished when the final name is there, receiving when it is not, and
 * undefined when the bytes are gone, and then the upload is forgotten.
 */
export async function settlePublication(
  deps: { readonly ledger: Ledger; readonly store: ChunkStore },
  record: UploadRecord,
): Promise<UploadRecord | undefined> {
  if (record.state.kind !== 'publishing') return record
  const { storedAs, md5 } = record.state
  const settled = await deps.store.settle(record.fileId, record.state)
  if (settled === 'published') return saveFinished(deps.ledger, record, storedAs, md5)
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
  return { storedAs: record.state.storedAs.join('/'), sizeBytes: record.sizeBytes, md5: record.state.md5 }
}

/** The finished file of a record that is finished. */
export function mustBeFinished(record: UploadRecord): FinishedFile {
  const file = finishedFileOf(record)
  if (file === undefined) throw new Error('A published upload is not finished.')
  return file
}

/** What a store is given to tell the ledger of a publication before it happens. */
export function announcing(ledger: Ledger, record: UploadRecord, md5: string): (intent: Intent) => Promise<void> {
  return (intent) =>
    ledger.uploads.save({ ...record, state: { kind: 'publishing', ...intent, md5 } }, { durable: true })
}

/** A part that its disk cannot give back has to be sent again. */
async function believable(digest: () => Promise<string>): Promise<string> {
  try {
    return await digest()
  } catch (error) {
    if (!isLoss(error)) throw error
    throw receiveErrorFrom(error, 'STORAGE_LOST_DATA', "The receiver's disk cannot read back what it stored.")
  }
}

/** Tells the ledger, durably, that a file is published. */
export async function saveFinished(
  ledger: Ledger,
  record: UploadRecord,
  storedAs: readonly string[],
  md5: string,
): Promise<UploadRecord> {
  const finished: UploadRecord = { ...record, state: { kind: 'finished', storedAs, md5 } }
  // A plain client may still ask which chunks it sent; our own sender is told the finished file instead.
  await ledger.uploads.save(finished, { durable: true, forgetChunks: record.origin.kind === 'begun' })
  return finished
}
