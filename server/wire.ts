import type { BeginUploadReplyInput } from '../proto/generated/filetransfer/BeginUploadReply.ts'
import type { ByteRangeInput } from '../proto/generated/filetransfer/ByteRange.ts'
import type { CheckedPathInput } from '../proto/generated/filetransfer/CheckedPath.ts'
import type { FileChunk } from '../proto/generated/filetransfer/FileChunk.ts'
import type { FinishedFileInput } from '../proto/generated/filetransfer/FinishedFile.ts'
import type { PutFile } from '../proto/generated/filetransfer/PutFile.ts'
import { CHUNK_BYTES, CHUNK_GRID_BYTES } from '../proto/limits.ts'
import type { Begun } from './begun-uploads.ts'
import type { CheckedPath } from './check-paths.ts'
import { ReceiveError } from './errors.ts'
import type { FinishedFile } from './finish.ts'
import { mustBePlainId } from './inspect.ts'
import type { PlainChunk } from './plain-uploads.ts'
import type { WholeFile } from './put-files.ts'
import type { RangeSet } from './range-set.ts'
import { toOffset } from './to-offset.ts'

/** What BeginUpload answers, from the node that serves the upload. */
export function toBeginReply(begun: Begun, node: string): BeginUploadReplyInput {
  switch (begun.kind) {
    case 'sha256 wanted':
      return { sha256Wanted: true }
    case 'same':
      return { finished: toWireFile(begun.file) }
    case 'open':
      return {
        fileId: begun.session.record.fileId,
        generation: begun.session.record.generation,
        chunkBytes: CHUNK_BYTES,
        chunkGridBytes: CHUNK_GRID_BYTES,
        node,
        stored: toWireRanges(begun.session.stored),
        finished: begun.session.finished ? toWireFile(begun.session.finished) : null,
      }
  }
}

/** Throws ReceiveError BAD_HASH_FORMAT, BAD_LENGTH. */
export function toWholeFile(message: PutFile, begunAtMs: number): WholeFile {
  const { uploadKey, path, onConflict, data, crc32 } = message
  const md5 = mustBeMd5(message.md5)
  const sizeBytes = toOffset(message.size, 'BAD_LENGTH')
  return {
    uploadKey,
    path,
    sizeBytes,
    modifiedAtMs: Number(message.modifiedAtMs),
    onConflict,
    begunAtMs,
    data,
    crc32,
    md5,
  }
}

/** Throws ReceiveError BAD_ID, BAD_OFFSET, BAD_LENGTH, BAD_HASH_FORMAT. */
export function toPlainChunk({ fileId, offset, totalSize, data, chunkMd5, isLast }: FileChunk): PlainChunk {
  mustBePlainId(fileId)
  return {
    plainId: fileId,
    offset: toOffset(offset),
    totalBytes: toOffset(totalSize, 'BAD_LENGTH'),
    data,
    md5: toMd5(chunkMd5),
    isLast,
  }
}

/** Lower-case hex; undefined for an empty field. Throws ReceiveError BAD_HASH_FORMAT. */
export function toMd5(text: string): string | undefined {
  if (text === '') return undefined
  if (!/^[0-9a-f]{32}$/i.test(text)) throw new ReceiveError('BAD_HASH_FORMAT', 'Expected an MD5 as 32 hex digits.')
  return text.toLowerCase()
}

/** As {@link toMd5}, and an empty field is no answer either. */
export function mustBeMd5(text: string): string {
  const md5 = toMd5(text)
  if (md5 === undefined) throw new ReceiveError('BAD_HASH_FORMAT', 'Expected the MD5 of the whole file.')
  return md5
}

/** How a finished file travels. */
export function toWireFile({ storedAs, sizeBytes, md5 }: FinishedFile): FinishedFileInput {
  return { storedAs, size: sizeBytes, md5 }
}

/** How what was found out of a name travels. */
export function toWireCheck(checked: CheckedPath): CheckedPathInput {
  if (checked.state !== 'REFUSED') return checked
  const { state, reason, message } = checked
  return { state, refused: { reason, message } }
}

/** How byte ranges travel. */
export function toWireRanges(ranges: RangeSet): ByteRangeInput[] {
  return ranges.map(({ start, end }) => ({ start, end }))
}
