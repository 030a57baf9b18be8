import type { ByteRange } from '../../../proto/generated/filetransfer/ByteRange.ts'
import type { ChunkSampleInput } from '../../../proto/generated/filetransfer/ChunkSample.ts'
import { UploadError } from '../base/errors.ts'
import type { Connection } from '../net/connection.ts'
import { crc32 } from '../source/digest.ts'
import type { ResumeRecord, SourceIdentity } from '../source/resume-store.ts'
import { openSource } from '../source/source.ts'

/** A smaller file is sent sooner than its forgotten part is found, bytes. */
const WORTH_FINDING_BYTES = 8 * 1024 * 1024

/** No receiver asks for longer pieces, bytes. */
const LONGEST_SAMPLE_BYTES = 4 * 1024 * 1024

/**
 * Continues an upload of this file that the receiver still holds, although this computer has lost its memory of it. The
 * receiver decides whether there is one, compares pieces of the source with it, and then finds it by the key of this
 * record. Should other bytes differ, the digest at the end shows it, and the file is sent anew.
 */
export async function claimForgotten(
  { uploadKey, source, path, identity }: ResumeRecord,
  connection: Pick<Connection, 'introduce' | 'claim'>,
  signal: AbortSignal,
): Promise<void> {
  if (identity === undefined || identity.sizeBytes < WORTH_FINDING_BYTES) return
  if ((await connection.introduce(signal)) === 'three-rpc') return
  const request = { uploadKey, path: [...path], size: identity.sizeBytes, modifiedAtMs: identity.modifiedAtMs }
  try {
    const { fileId, samplesWanted } = await connection.claim(request, signal)
    if (fileId === '') return
    const samples = await samplesOf(source, identity, samplesWanted)
    await connection.claim({ ...request, fileId, samples }, signal)
  } catch (error) {
    // A receiver that has no such upload refuses in one way or another; then the upload begins as a new one.
    if (!(error instanceof UploadError && error.remedy !== 'retry')) throw error
  }
}

async function samplesOf(
  path: string,
  identity: SourceIdentity,
  wanted: readonly ByteRange[],
): Promise<ChunkSampleInput[]> {
  const source = await openSource(path, identity)
  try {
    const samples: ChunkSampleInput[] = []
    for (const range of wanted) {
      const [start, end] = [Number(range.start), Number(range.end)]
      const isFit = 0 <= start && start <= end && end <= identity.sizeBytes && end - start <= LONGEST_SAMPLE_BYTES
      if (isFit) samples.push({ start, end, crc32: crc32(await source.read(start, end)) })
    }
    return samples
  } finally {
    await source.close()
  }
}
