import type { AbortUploadRequest } from '../proto/generated/filetransfer/AbortUploadRequest.ts'
import type { BeginUploadReplyInput } from '../proto/generated/filetransfer/BeginUploadReply.ts'
import type { BeginUploadRequest } from '../proto/generated/filetransfer/BeginUploadRequest.ts'
import type { ByteRangeInput } from '../proto/generated/filetransfer/ByteRange.ts'
import type { FileChunk } from '../proto/generated/filetransfer/FileChunk.ts'
import type { FileIdentifier } from '../proto/generated/filetransfer/FileIdentifier.ts'
import type { FileTransferServiceHandlers } from '../proto/generated/filetransfer/FileTransferService.ts'
import type { FinishedFileInput } from '../proto/generated/filetransfer/FinishedFile.ts'
import type { FinishUploadReplyInput } from '../proto/generated/filetransfer/FinishUploadReply.ts'
import type { FinishUploadRequest } from '../proto/generated/filetransfer/FinishUploadRequest.ts'
import type { PutFile } from '../proto/generated/filetransfer/PutFile.ts'
import type { PutFileReplyInput } from '../proto/generated/filetransfer/PutFileReply.ts'
import type { ReceiverInfoInput } from '../proto/generated/filetransfer/ReceiverInfo.ts'
import type { UploadChunk } from '../proto/generated/filetransfer/UploadChunk.ts'
import type { UploadSummaryInput } from '../proto/generated/filetransfer/UploadSummary.ts'
import { CHUNK_BYTES, CHUNK_GRID_BYTES } from '../proto/limits.ts'
import { answering, type OnUnexpected } from './answer.ts'
import { abort, type Begun, begin, mustBeFileId, receive } from './begun-uploads.ts'
import { type Caller, senderOf } from './caller.ts'
import type { Forwarding } from './cluster/forwarding.ts'
import { ReceiveError } from './errors.ts'
import type { FinishedFile } from './finish.ts'
import { type Grant, mustOwn } from './grant.ts'
import { checkIntegrity, mustBePlainId, storedOf } from './inspect.ts'
import { openUploads } from './list-uploads.ts'
import { type PlainChunk, type PlainDeps, receivePlain } from './plain-uploads.ts'
import { type PutDeps, put, putEach, type WholeFile } from './put-files.ts'
import type { RangeSet } from './range-set.ts'
import { toOffset } from './to-offset.ts'

/** Translates between the wire and the receiver: fields are checked and converted here, and nothing is decided. */
export function createService(
  plain: PlainDeps & { readonly deps: PutDeps },
  grantOf: (caller: Caller) => Grant,
  describe: (caller: Caller) => Promise<ReceiverInfoInput>,
  { forwarding, node }: { readonly forwarding: Forwarding; readonly node: () => string },
  onUnexpected: OnUnexpected,
): FileTransferServiceHandlers {
  const { sessions, deps } = plain
  const { unary, clientStream, serverStream, bothStreams } = answering(onUnexpected)

  return {
    GetReceiverInfo: unary((_request, { caller }) => describe(caller)),

    BeginUpload: unary(
      forwarding.unary('BeginUpload', async (request: BeginUploadRequest, { caller }) => {
        const asked = {
          uploadKey: request.uploadKey,
          path: request.path,
          sizeBytes: toOffset(request.size, 'BAD_LENGTH'),
          modifiedAtMs: Number(request.modifiedAtMs),
          onConflict: request.onConflict,
          sha256: request.sha256,
          begunAtMs: plain.now(),
        }
        return begin(sessions, deps, grantOf(caller), asked, (begun) => toBeginReply(begun, node()))
      }),
    ),

    UploadChunks: bothStreams(
      forwarding.bothStreams<UploadChunk, object>('UploadChunks', async (messages, send, sendOff, admitted) => {
        const grant = grantOf(admitted.caller)
        const sender = senderOf(admitted)
        const first = await messages.next()
        if (first.done) return
        mustBeFileId(first.value.fileId)
        const generation = toOffset(first.value.generation, 'BAD_ID')
        mustOwn(grant, await deps.ledger.uploads.find(first.value.fileId))
        await sessions.use(first.value.fileId, async (session) => {
          const leave = session.join(generation, sendOff)
          try {
            for (let next: IteratorResult<UploadChunk> = first; !next.done; next = await messages.next()) {
              const { offset, data, crc32 } = next.value
              const beganMs = performance.now()
              const outcome = await receive(session, { offset: toOffset(offset), data, crc32, sender }, generation)
              await send({
                offset,
                outcome,
                durableWatermark: session.durableWatermark,
                storeMicros: microsSince(beganMs),
              })
            }
          } finally {
            leave()
          }
        })
      }),
    ),

    PutFiles: bothStreams<PutFile, PutFileReplyInput>(async (messages, send, _sendOff, admitted) => {
      const grant = grantOf(admitted.caller)
      const sender = senderOf(admitted)
      await putEach(
        (file) => put(sessions, deps, grant, sender, file),
        async () => {
          const { done, value } = await messages.next()
          return done ? undefined : { uploadKey: value.uploadKey, file: () => toWholeFile(value, plain.now()) }
        },
        (uploadKey, fate, beganMs) => {
          const storeMicros = microsSince(beganMs)
          if (!(fate instanceof ReceiveError)) return send({ uploadKey, finished: toWireFile(fate), storeMicros })
          if (fate.code === 'INTERNAL') onUnexpected(fate.cause)
          return send({ uploadKey, refused: { reason: fate.code, message: fate.message }, storeMicros })
        },
      )
    }),

    FinishUpload: serverStream(
      forwarding.serverStream(
        'FinishUpload',
        async (
          request: FinishUploadRequest,
          send: (reply: FinishUploadReplyInput) => void,
          { caller, mustBeValid },
        ) => {
          mustBeFileId(request.fileId)
          const generation = toOffset(request.generation, 'BAD_ID')
          const md5 = toMd5(request.md5)
          if (md5 === undefined) throw new ReceiveError('BAD_HASH_FORMAT', 'Expected the MD5 of the whole file.')
          mustOwn(grantOf(caller), await deps.ledger.uploads.find(request.fileId))
          await sessions.use(request.fileId, async (session) => {
            const onVerified = (verifiedBytes: number) => send({ verifying: { verifiedBytes } })
            const file = await session.finish(md5, generation, { onVerified, mustBeValid })
            send({ finished: toWireFile(file) })
          })
        },
      ),
    ),

    AbortUpload: unary(
      forwarding.unary('AbortUpload', async ({ fileId, uploadKey }: AbortUploadRequest, { caller }) => {
        await abort(sessions, deps, grantOf(caller), fileId === '' ? { uploadKey } : { fileId })
        return {}
      }),
    ),

    ListUploads: serverStream(async (_request, send: (reply: UploadSummaryInput) => void, { caller }) => {
      for await (const { record, ...upload } of openUploads(deps.ledger, sessions, grantOf(caller))) {
        const { askedPath, sizeBytes, modifiedAtMs } = record
        send({ ...upload, path: [...askedPath], size: sizeBytes, modifiedAtMs: modifiedAtMs ?? 0 })
      }
    }),

    MakeFolder: unary(async (request, { caller }) => {
      const path = await deps.store.makeFolder(grantOf(caller).place(request.path))
      return { storedAs: path.join('/') }
    }),

    Upload: clientStream(
      forwarding.clientStream('Upload', (messages: AsyncIterator<FileChunk>, admitted) =>
        receivePlain(plain, grantOf(admitted.caller), {
          sender: senderOf(admitted),
          mustBeValid: admitted.mustBeValid,
          async next() {
            const { done, value } = await messages.next()
            return done ? { done, value: undefined } : { done: false, value: toPlainChunk(value) }
          },
        }),
      ),
    ),

    QueryUploadedChunks: unary(
      forwarding.unary('QueryUploadedChunks', async (identifier: FileIdentifier, { caller }) => {
        const { offsets, ranges } = await storedOf(plain, grantOf(caller), identifier)
        return { offsets: [...offsets], ranges: toWireRanges(ranges) }
      }),
    ),

    CheckFileIntegrity: unary(
      forwarding.unary('CheckFileIntegrity', async (identifier: FileIdentifier, { caller }) =>
        checkIntegrity(plain, grantOf(caller), identifier, toMd5(identifier.clientMd5)),
      ),
    ),
  }
}

function toBeginReply(begun: Begun, node: string): BeginUploadReplyInput {
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

function microsSince(beganMs: number): number {
  return Math.round((performance.now() - beganMs) * 1000)
}

function toWholeFile(message: PutFile, begunAtMs: number): WholeFile {
  const { uploadKey, path, onConflict, data, crc32 } = message
  const md5 = toMd5(message.md5)
  if (md5 === undefined) throw new ReceiveError('BAD_HASH_FORMAT', 'Expected the MD5 of the whole file.')
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

function toPlainChunk({ fileId, offset, totalSize, data, chunkMd5 }: FileChunk): PlainChunk {
  mustBePlainId(fileId)
  return {
    plainId: fileId,
    offset: toOffset(offset),
    totalBytes: toOffset(totalSize, 'BAD_LENGTH'),
    data,
    md5: toMd5(chunkMd5),
  }
}

/** Lower-case hex; undefined for an empty field. */
function toMd5(text: string): string | undefined {
  if (text === '') return undefined
  if (!/^[0-9a-f]{32}$/i.test(text)) throw new ReceiveError('BAD_HASH_FORMAT', 'Expected an MD5 as 32 hex digits.')
  return text.toLowerCase()
}

function toWireFile({ storedAs, sizeBytes, md5 }: FinishedFile): FinishedFileInput {
  return { storedAs, size: sizeBytes, md5 }
}

function toWireRanges(ranges: RangeSet): ByteRangeInput[] {
  return ranges.map(({ start, end }) => ({ start, end }))
}
