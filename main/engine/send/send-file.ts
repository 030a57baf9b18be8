import { createHash } from 'node:crypto'
import { isSameDigest } from '../../../proto/digest/digest-forms.ts'
import { digestFromWire, digestOnWire, kindFromWire, kindOnWire } from '../../../proto/digest/digest-messages.ts'
import type { Digest, DigestKind } from '../../../proto/digests.ts'
import type { BeginUploadReply } from '../../../proto/generated/filetransfer/BeginUploadReply.ts'
import type { BeginUploadRequestInput } from '../../../proto/generated/filetransfer/BeginUploadRequest.ts'
import type { FinishedFile } from '../../../proto/generated/filetransfer/FinishedFile.ts'
import type { ConflictPolicy } from '../../contract/contract.ts'
import { storedOther, UploadError } from '../base/errors.ts'
import { type CongestionWindow, SMALLEST_CHUNK_BYTES } from '../flow/congestion-window.ts'
import type { Throttle } from '../flow/throttle.ts'
import { crc32, type FileDigest } from '../source/digest.ts'
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
export async function sendFile(wished: Attempt): Promise<Finished> {
  const { record, source, connection, throttle, stages, listener, signal } = wished
  const { sizeBytes, modifiedAtMs } = record.identity
  const request = {
    uploadKey: record.uploadKey,
    path: [...record.path],
    size: sizeBytes,
    modifiedAtMs,
    onConflict: policyOnWire[record.onConflict],
    ...record.batch,
    digestKind: kindOnWire(wished.digest.kind),
  }
  let begun = await connection.begin(request, signal)
  if (begun.sha256Wanted) begun = await connection.begin({ ...request, sha256: await sha256Of(wished) }, signal)
  if (begun.finished) return confirmed(wished, begun.finished)
  const attempt = { ...wished, digest: await digestFor(wished, kindFromWire(begun.digestKind)) }
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
  const digest = await digestOf(attempt.digest)
  const finish = { fileId, generation, ...digestOnWire(digest) }
  const finished = await connection.finish(record.uploadKey, finish, listener.onVerifying, signal)
  if (!isOf(finished, digest)) throw new UploadError('FINAL_CHECKSUM', 'The receiver stored other bytes.')
  // The answer may take long, and a file that changed meanwhile is another than the one that is stored.
  await source.assertUnchangedOrGone()
  return { storedAs: finished.storedAs, digest }
}

/** The digest of the kind that the receiver verifies by, which an older node of it decides otherwise. */
async function digestFor({ digest, hashAnew }: Attempt, kind: DigestKind | undefined): Promise<FileDigest> {
  if (kind === undefined)
    throw new UploadError('RECEIVER_ERROR', 'The receiver verifies by a digest that is unknown here.')
  return kind === digest.kind ? digest : hashAnew(kind)
}

async function digestOf(digest: FileDigest): Promise<Digest> {
  return { kind: digest.kind, hex: await digest.hex() }
}

/** Whether a finished file is told with this digest. */
export function isOf(finished: FinishedFile, digest: Digest): boolean {
  const told = digestFromWire(finished)
  return told !== undefined && isSameDigest(told, digest)
}

/**
 * Confirms an upload that the receiver calls finished, or the same: hashes what is not hashed yet, and compares digests
 * of the kind that it was finished by. Fails with STORED_OTHER when the receiver has other content than the file has
 * now.
 */
async function confirmed(attempt: Attempt, finished: FinishedFile): Promise<Finished> {
  const { record, source, listener, isRemembered, hashAnew } = attempt
  const kind = digestFromWire(finished)?.kind
  if (kind === undefined) throw storedOther()
  const isShort = record.identity.sizeBytes <= HASHED_ANEW_BYTES
  const digest = isRemembered && isShort ? await hashAnew(kind) : await digestFor(attempt, kind)
  const everything = [{ start: 0, end: record.identity.sizeBytes }]
  const onHashed = (): void => {
    listener.onHashed()
    listener.onVerifying(digest.hashedBytes)
  }
  const chunks = outgoingChunks({ ...attempt, digest, listener: { ...listener, onHashed } }, wholeMebibytes, everything)
  for await (const chunk of chunks) chunk.done()
  await source.assertUnchanged()
  const computed = await digestOf(digest)
  if (!isOf(finished, computed)) throw storedOther()
  return { storedAs: finished.storedAs, digest: computed }
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
 * digest is computed in the same pass.
 */
async function sha256Of({ record, source, digest, listener, signal }: Attempt): Promise<string> {
  const hash = digest.kind === 'sha256' ? undefined : createHash('sha256')
  for (const { start, end } of plannedChunks(record.identity.sizeBytes, wholeMebibytes, [])) {
    const isHashed = digest.hashedBytes >= end
    if (hash === undefined && isHashed) continue
    const data = await source.read(start, end)
    signal.throwIfAborted()
    hash?.update(data)
    if (isHashed) continue
    await digest.update(data, start, crc32(data))
    listener.onHashed()
  }
  await source.assertEnd()
  await source.assertUnchanged()
  return hash?.digest('hex') ?? digest.hex()
}
