import { digestOnWire } from '../../../proto/digest/digest-messages.ts'
import { digestOf } from '../../../proto/digest/digest-of.ts'
import type { DigestKind } from '../../../proto/digests.ts'
import type { Sharer } from '../../../proto/line.ts'
import { UploadError } from '../base/errors.ts'
import { SMALLEST_CHUNK_BYTES } from '../flow/congestion-window.ts'
import type { Throttle } from '../flow/throttle.ts'
import type { Connection } from '../net/connection.ts'
import { crc32 } from '../source/digest.ts'
import type { ResumeRecord } from '../source/resume-store.ts'
import type { SmallFileReader } from '../source/small-file.ts'
import type { Attempt, FileRecord, Finished, TransferListener } from './attempt.ts'
import { isOf, policyOnWire } from './send-file.ts'

/**
 * Small files under way at once, over all receivers: enough that the receiver makes many durable with one sync, few
 * enough that one sender does not take all the uploads that a receiver is busy with.
 */
const SMALL_FILES_AT_ONCE = 256

/** They share one stream, and get together what one large upload gets, or a large one would crawl among them. */
const smallFiles: Sharer = {}

/**
 * How many small files may be under way beside so many others: none where somebody asked for one file at a time, in the
 * order of the queue.
 */
export function smallFilesBeside(filesAtOnce: number): number {
  return filesAtOnce === 1 ? 0 : SMALL_FILES_AT_ONCE
}

/** The longest file that goes whole at this moment, bytes. */
export function smallFileBytes(
  { smallFileMaxBytes }: Pick<Connection, 'smallFileMaxBytes'>,
  throttle: Pick<Throttle, 'mostAtOnce'>,
): number {
  return Math.min(smallFileMaxBytes, Math.max(throttle.mostAtOnce(), SMALLEST_CHUNK_BYTES))
}

/**
 * True for a file that goes whole in one message. One with a digest to compare first is worth the questions that may
 * spare its bytes.
 */
export function isSmallFile({ identity, onConflict, hashed }: ResumeRecord, smallFileMaxBytes: number): boolean {
  if (identity === undefined || hashed !== undefined || onConflict === 'skip-same') return false
  return smallFileMaxBytes > 0 && identity.sizeBytes <= smallFileMaxBytes
}

type SmallFileDeps = Pick<Attempt, 'connection' | 'budget' | 'throttle' | 'stages'> & {
  readonly reader: SmallFileReader
}

/** Sends one small file whole, in a stream that it shares with others. */
export async function sendSmallFile(
  record: FileRecord,
  verifiedBy: DigestKind,
  { connection, budget, throttle, stages, reader }: SmallFileDeps,
  listener: TransferListener,
  signal: AbortSignal,
): Promise<Finished> {
  const { sizeBytes } = record.identity
  await budget.take(sizeBytes, smallFiles, signal)
  try {
    // Read as late as can be: behind a low limit a file may change before it is its turn.
    await stages.time('limit', () => throttle.take(sizeBytes, smallFiles, signal))
    const { data, assertUnchangedOrGone } = await stages.time('source', () =>
      reader.read(record.source, record.identity),
    )
    const finished = await stages.time('acknowledgement', () =>
      send(record, data, verifiedBy, { connection, stages }, listener, signal),
    )
    // The answer may take long, too, and what was read is not told as this file when it is another by then.
    await assertUnchangedOrGone()
    return finished
  } finally {
    budget.give(sizeBytes)
  }
}

async function send(
  { uploadKey, path, identity, onConflict, batch }: FileRecord,
  data: Buffer,
  verifiedBy: DigestKind,
  { connection, stages }: Pick<Attempt, 'connection' | 'stages'>,
  listener: TransferListener,
  signal: AbortSignal,
): Promise<Finished> {
  const digest = await digestOf(verifiedBy, data)
  const departure = await connection.congestionWindow.depart(data.length, smallFiles, signal)
  const { modifiedAtMs } = identity
  const file = { uploadKey, path: [...path], size: data.length, modifiedAtMs, ...digestOnWire(digest), ...batch }
  try {
    const answered = connection.sendSmallFile(
      { ...file, onConflict: policyOnWire[onConflict], data, crc32: crc32(data) },
      signal,
    )
    listener.onSent(data.length)
    const { finished, storeMs } = await answered
    stages.addAtReceiver(storeMs)
    departure.arrive()
    listener.onStored(data.length)
    if (!isOf(finished, digest)) throw new UploadError('FINAL_CHECKSUM', 'The receiver stored other bytes.')
    return { storedAs: finished.storedAs, digest }
  } finally {
    departure.giveUp()
  }
}
