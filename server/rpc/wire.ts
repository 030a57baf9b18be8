import { digestLooks, isDigestHex } from '../../proto/digest/digest-forms.ts'
import { digestFromWire, digestOnWire, kindFromWire, kindOnWire } from '../../proto/digest/digest-messages.ts'
import { type Digest, type DigestKind, digestKinds } from '../../proto/digests.ts'
import type { BeginUploadReplyInput } from '../../proto/generated/filetransfer/BeginUploadReply.ts'
import type { ByteRangeInput } from '../../proto/generated/filetransfer/ByteRange.ts'
import type { CheckedPathInput } from '../../proto/generated/filetransfer/CheckedPath.ts'
import type { ChunkSample } from '../../proto/generated/filetransfer/ChunkSample.ts'
import type { ClaimUploadReplyInput } from '../../proto/generated/filetransfer/ClaimUploadReply.ts'
import type { ClaimUploadRequest } from '../../proto/generated/filetransfer/ClaimUploadRequest.ts'
import type { DigestKind as WireKind } from '../../proto/generated/filetransfer/DigestKind.ts'
import type { FileChunk } from '../../proto/generated/filetransfer/FileChunk.ts'
import type { FileRefusalInput } from '../../proto/generated/filetransfer/FileRefusal.ts'
import type { FinishedFileInput } from '../../proto/generated/filetransfer/FinishedFile.ts'
import type { PutFile } from '../../proto/generated/filetransfer/PutFile.ts'
import { CHUNK_BYTES, CHUNK_GRID_BYTES } from '../../proto/limits.ts'
import type { CheckedPath } from '../asking/check-paths.ts'
import { mustBeClientFileId } from '../asking/inspect.ts'
import { ReceiveError } from '../base/errors.ts'
import type { Range } from '../bytes/range-set.ts'
import { toOffset } from '../bytes/to-offset.ts'
import { type BatchItem, verifiedBy } from '../ledger/ledger.ts'
import type { FinishedFile } from '../sessions/finish.ts'
import type { ThreeRpcChunk } from '../three-rpc/three-rpc-uploads.ts'
import { type Claimed, type ClaimRequest, MOST_SAMPLES } from '../uploads/claim-upload.ts'
import type { Begun } from '../uploads/new-uploads.ts'
import type { SmallFile } from '../uploads/small-file-stream.ts'

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
        digestKind: kindOnWire(verifiedBy(begun.session.record)),
        stored: toWireRanges(begun.session.stored),
        finished: begun.session.finished ? toWireFile(begun.session.finished) : null,
      }
  }
}

/** Throws ReceiveError BAD_HASH_FORMAT, BAD_ID, BAD_LENGTH. */
export function toSmallFile(message: PutFile, begunAtMs: number): SmallFile {
  const { uploadKey, path, onConflict, data, crc32 } = message
  const digest = mustBeDigest(message)
  const sizeBytes = toOffset(message.size, 'BAD_LENGTH')
  return {
    ...toBatch(message),
    uploadKey,
    path,
    sizeBytes,
    modifiedAtMs: Number(message.modifiedAtMs),
    onConflict,
    begunAtMs,
    data,
    crc32,
    digest,
  }
}

/** What a file is sent together with, when its sender says so. Throws ReceiveError BAD_ID. */
export function toBatch({ batchId, sourceId }: Pick<PutFile, 'batchId' | 'sourceId'>): { readonly batch?: BatchItem } {
  if (batchId === '' && sourceId === '') return {}
  for (const id of [batchId, sourceId]) {
    if (!/^[A-Za-z0-9_-]{16,64}$/.test(id))
      throw new ReceiveError('BAD_ID', 'Expected batch_id and source_id of 16 to 64 characters of [A-Za-z0-9_-].')
  }
  return { batch: { batchId, sourceId } }
}

/** Throws ReceiveError BAD_ID, BAD_OFFSET, BAD_LENGTH, BAD_HASH_FORMAT. */
export function toThreeRpcChunk({ fileId, offset, totalSize, data, chunkMd5, isLast }: FileChunk): ThreeRpcChunk {
  mustBeClientFileId(fileId)
  return {
    clientFileId: fileId,
    offset: toOffset(offset),
    sizeBytes: toOffset(totalSize, 'BAD_LENGTH'),
    data,
    md5: toMd5(chunkMd5),
    isLast,
  }
}

/** Lower-case hex; undefined for an empty field. Throws ReceiveError BAD_HASH_FORMAT. */
export function toMd5(text: string): string | undefined {
  if (text === '') return undefined
  const md5 = text.toLowerCase()
  if (!isDigestHex('md5', md5)) throw badHash(`Expected ${digestLooks('md5')}.`)
  return md5
}

/** What a sender is going to compute. Throws ReceiveError BAD_HASH_FORMAT for a kind of a later version. */
export function toDigestKind(value: WireKind | number): DigestKind {
  const kind = kindFromWire(value)
  if (kind === undefined) throw badHash(`This receiver knows no digest of kind ${value}, only ${KNOWN_KINDS}.`)
  return kind
}

/** What a sender has computed of a whole file. Throws ReceiveError BAD_HASH_FORMAT. */
export function mustBeDigest(message: Pick<PutFile, 'md5' | 'digestKind' | 'digest'>): Digest {
  const digest = digestFromWire(message)
  if (digest !== undefined) return digest
  throw badHash(`Expected the digest of the whole file, ${digestLooks(toDigestKind(message.digestKind))}.`)
}

const KNOWN_KINDS = digestKinds.map(kindOnWire).join(', ')

function badHash(sentence: string): ReceiveError {
  return new ReceiveError('BAD_HASH_FORMAT', sentence)
}

/** How a finished file travels. */
export function toWireFile({ storedAs, sizeBytes, digest }: FinishedFile): FinishedFileInput {
  return { storedAs, size: sizeBytes, ...digestOnWire(digest) }
}

/** Throws ReceiveError BAD_LENGTH, BAD_OFFSET. */
export function toClaim({ uploadKey, path, size, modifiedAtMs, fileId, samples }: ClaimUploadRequest): ClaimRequest {
  if (samples.length > MOST_SAMPLES)
    throw new ReceiveError('BAD_LENGTH', `Expected at most ${MOST_SAMPLES} samples, got ${samples.length}.`)
  const toSample = ({ start, end, crc32 }: ChunkSample) => ({ start: toOffset(start), end: toOffset(end), crc32 })
  return {
    uploadKey,
    path,
    sizeBytes: toOffset(size, 'BAD_LENGTH'),
    modifiedAtMs: Number(modifiedAtMs),
    answered: fileId === '' ? undefined : { fileId, samples: samples.map(toSample) },
  }
}

/** How the answer to a claim travels. */
export function toClaimReply(claimed: Claimed): ClaimUploadReplyInput {
  switch (claimed.kind) {
    case 'none':
      return {}
    case 'samples wanted':
      return { fileId: claimed.fileId, samplesWanted: toWireRanges(claimed.ranges) }
    case 'granted':
      return { granted: true }
  }
}

/** How the refusal of one file of many travels. */
export function toRefusal({ code, message, shortage }: ReceiveError): FileRefusalInput {
  return { reason: code, message, ...(shortage && { shortage }) }
}

/** How what was found out of a name travels. */
export function toWireCheck(checked: CheckedPath): CheckedPathInput {
  if (checked.state !== 'REFUSED') return checked
  const { state, reason, message } = checked
  return { state, refused: { reason, message } }
}

/** How byte ranges travel. */
export function toWireRanges(ranges: readonly Range[]): ByteRangeInput[] {
  return ranges.map(({ start, end }) => ({ start, end }))
}
