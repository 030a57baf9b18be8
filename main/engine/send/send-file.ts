import { createHash } from 'node:crypto'
import type { BeginUploadReply } from '../../../proto/generated/filetransfer/BeginUploadReply.ts'
import type { BeginUploadRequestInput } from '../../../proto/generated/filetransfer/BeginUploadRequest.ts'
import type { FinishedFile } from '../../../proto/generated/filetransfer/FinishedFile.ts'
import type { ConflictPolicy } from '../../contract/contract.ts'
import { storedOther, UploadError } from '../base/errors.ts'
import { type CongestionWindow, SMALLEST_CHUNK_BYTES } from '../flow/congestion-window.ts'
import type { Throttle } from '../flow/throttle.ts'
import { crc32 } from '../source/digest.ts'
import type { Attempt, Finished } from './attempt.ts'
import { outgoingChunks } from './outgoing-chunks.ts'
import { type Cut, plannedChunks, storedBytes } from './plan.ts'
import { sendChunks } from './send-chunks.ts'

/** Below this much for each lane, more lanes only cost their opening, bytes. */
const BYTES_WORTH_A_LANE = 4 * 1024 * 1024

/**
 * A file up to this length that was finished in an earlier run is hashed anew, bytes. That takes a moment, and finds
 * changes through a memory map, which may leave the times of the file as they were.
 */
const HASHED_ANEW_BYTES = 64 * 1024 * 1024

const wholeMebibytes: Cut = { gridBytes: 1024 * 1024, chunkBytes: () => 1024 * 1024 }

export const policyOnWire = {
  'keep-both': 'KEEP_BOTH',
  overwrite: 'OVERWRITE',
  refuse: 'REFUSE',
  'skip-same': 'SKIP_SAME',
} as const satisfies Record<ConflictPolicy, BeginUploadRequestInput['onConflict']>

/** Sends one file to a receiver of ours: begin, chunks over several connections, finish. */
export async function sendFile(attempt: Attempt): Promise<Finished> {
  const { record, source, digest, connection, throttle, stages, listener, signal } = attempt
  const { sizeBytes, modifiedAtMs } = record.identity
  const request = {
    uploadKey: record.uploadKey,
    path: [...record.path],
    size: sizeBytes,
    modifiedAtMs,
    onConflict: policyOnWire[record.onConflict],
    ...record.batch,
  }
  let begun = await connection.begin(request, signal)
  if (begun.sha256Wanted) begun = await connection.begin({ ...request, sha256: await sha256Of(attempt) }, signal)
  if (begun.finished) return confirmed(attempt, begun.finished)
  const { fileId, generation } = begun
  const cut = cutFor(begun, connection.congestionWindow, throttle)
  const stored = begun.stored.map(({ start, end }) => ({ start: Number(start), end: Number(end) }))
  const missingBytes = sizeBytes - storedBytes(sizeBytes, cut.gridBytes, stored)
  listener.onBegun(sizeBytes - missingBytes, begun.node)

  const chunks = outgoingChunks(attempt, cut, stored)
  if (missingBytes > 0) {
    const lanes = Math.min(connection.lanes, Math.ceil(missingBytes / BYTES_WORTH_A_LANE))
    const openStreams = Array.from({ length: lanes }, () => () => connection.openChunks(record.uploadKey))
    await sendChunks(
      chunks,
      {
        fileId,
        generation,
        openStreams,
        sharer: record,
        throttle,
        stages,
        congestionWindow: connection.congestionWindow,
        ...listener,
      },
      signal,
    )
  }
  // With nothing left to send, what was stored before may still have to be hashed.
  for await (const chunk of chunks) chunk.done()

  await source.assertUnchanged()
  listener.onVerifying(0)
  const md5 = await digest.hex()
  const finished = await connection.finish(record.uploadKey, { fileId, generation, md5 }, listener.onVerifying, signal)
  if (finished.md5 !== md5) throw new UploadError('FINAL_CHECKSUM', 'The receiver stored other bytes.')
  // The answer may take long, and a file that changed meanwhile is another than the one that is stored.
  await source.assertUnchangedOrGone()
  return { storedAs: finished.storedAs, md5 }
}

/**
 * Confirms an upload that the receiver calls finished, or the same: hashes what is not hashed yet, and compares
 * digests. Fails with STORED_OTHER when the receiver has other content than the file has now.
 */
async function confirmed(attempt: Attempt, { storedAs, md5 }: FinishedFile): Promise<Finished> {
  const { record, source, listener, hashAnew } = attempt
  const isShort = record.identity.sizeBytes <= HASHED_ANEW_BYTES
  const digest = (isShort ? await hashAnew?.() : undefined) ?? attempt.digest
  const everything = [{ start: 0, end: record.identity.sizeBytes }]
  const onHashed = (): void => {
    listener.onHashed()
    listener.onVerifying(digest.hashedBytes)
  }
  const chunks = outgoingChunks({ ...attempt, digest, listener: { ...listener, onHashed } }, wholeMebibytes, everything)
  for await (const chunk of chunks) chunk.done()
  await source.assertUnchanged()
  const computed = await digest.hex()
  if (md5.toLowerCase() !== computed) throw storedOther()
  return { storedAs, md5: computed }
}

/** Short chunks while the network is slow or unknown; a receiver that takes only whole ones gets them. */
function cutFor(
  { chunkBytes, chunkGridBytes }: BeginUploadReply,
  congestionWindow: CongestionWindow,
  throttle: Throttle,
): Cut {
  if (chunkGridBytes === 0 || SMALLEST_CHUNK_BYTES % chunkGridBytes !== 0)
    return { gridBytes: chunkBytes, chunkBytes: () => chunkBytes }
  const mostBytes = (): number => {
    const unlimited = Math.min(congestionWindow.chunkBytes(), chunkBytes)
    if (throttle.mostAtOnce() >= unlimited) return unlimited
    return Math.max(Math.floor(throttle.mostAtOnce() / SMALLEST_CHUNK_BYTES), 1) * SMALLEST_CHUNK_BYTES
  }
  return { gridBytes: chunkGridBytes, chunkBytes: mostBytes }
}

/**
 * SHA-256 of the source, hex, read in a pass of its own: worth it only for a file that the receiver seems to have. The
 * MD5 is computed in the same pass.
 */
async function sha256Of({ record, source, digest, listener, signal }: Attempt): Promise<string> {
  const hash = createHash('sha256')
  for (const { start, end } of plannedChunks(record.identity.sizeBytes, wholeMebibytes, [])) {
    const data = await source.read(start, end)
    signal.throwIfAborted()
    hash.update(data)
    if (digest.hashedBytes >= end) continue
    await digest.update(data, start, crc32(data))
    listener.onHashed()
  }
  await source.assertEnd()
  await source.assertUnchanged()
  return hash.digest('hex')
}
