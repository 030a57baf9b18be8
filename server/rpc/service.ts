import type { AbortUploadRequest } from '../../proto/generated/filetransfer/AbortUploadRequest.ts'
import type { BeginUploadRequest } from '../../proto/generated/filetransfer/BeginUploadRequest.ts'
import type { CheckPathsReplyInput } from '../../proto/generated/filetransfer/CheckPathsReply.ts'
import type { CheckPathsRequest } from '../../proto/generated/filetransfer/CheckPathsRequest.ts'
import type { ChunkAckInput } from '../../proto/generated/filetransfer/ChunkAck.ts'
import type { ClaimUploadRequest } from '../../proto/generated/filetransfer/ClaimUploadRequest.ts'
import type { FileChunk } from '../../proto/generated/filetransfer/FileChunk.ts'
import type { FileIdentifier } from '../../proto/generated/filetransfer/FileIdentifier.ts'
import type { FileTransferServiceHandlers } from '../../proto/generated/filetransfer/FileTransferService.ts'
import type { FinishUploadReplyInput } from '../../proto/generated/filetransfer/FinishUploadReply.ts'
import type { FinishUploadRequest } from '../../proto/generated/filetransfer/FinishUploadRequest.ts'
import type { PutFile } from '../../proto/generated/filetransfer/PutFile.ts'
import type { PutFileReplyInput } from '../../proto/generated/filetransfer/PutFileReply.ts'
import type { ReceiverInfoInput } from '../../proto/generated/filetransfer/ReceiverInfo.ts'
import type { UploadChunk } from '../../proto/generated/filetransfer/UploadChunk.ts'
import type { UploadSummaryInput } from '../../proto/generated/filetransfer/UploadSummary.ts'
import { AskedFiles, askerOf, type Question } from '../asking/asked-files.ts'
import { checkPaths } from '../asking/check-paths.ts'
import { checkIntegrity, howFar, isPlainId, mustBePlainId, storedOf } from '../asking/inspect.ts'
import { openUploads } from '../asking/list-uploads.ts'
import { ReceiveError } from '../base/errors.ts'
import { toOffset } from '../bytes/to-offset.ts'
import { answering, type OnUnexpected, oneAtATime, type Send } from '../calls/answer.ts'
import { type Admitted, senderOf } from '../calls/caller.ts'
import type { Forwarding } from '../cluster/forwarding.ts'
import { type Grant, mustOwn } from '../permissions/grant.ts'
import { storedStatus } from '../three-rpc/plain-status.ts'
import { type PlainDeps, receivePlain } from '../three-rpc/plain-uploads.ts'
import { abort, begin, mustBeFileId, mustBeUploadKey } from '../uploads/begun-uploads.ts'
import { microsSince, receiveChunks } from '../uploads/chunk-stream.ts'
import { claimUpload } from '../uploads/claim-upload.ts'
import { finishAllowed } from '../uploads/current-rights.ts'
import { makeFolder } from '../uploads/make-folder.ts'
import { type PutDeps, put, putEach } from '../uploads/put-files.ts'
import {
  mustBeMd5,
  toBatch,
  toBeginReply,
  toClaim,
  toClaimReply,
  toMd5,
  toPlainChunk,
  toWholeFile,
  toWireCheck,
  toWireFile,
  toWireRanges,
} from './wire.ts'

/** Translates between the wire and the receiver: fields are checked and converted here, and nothing is decided. */
export function createService(
  plain: PlainDeps & { readonly deps: PutDeps },
  grantOf: (admitted: Admitted) => Grant,
  describe: (admitted: Admitted) => Promise<ReceiverInfoInput>,
  { forwarding, node }: { readonly forwarding: Forwarding; readonly node: () => string },
  onUnexpected: OnUnexpected,
): FileTransferServiceHandlers {
  const { sessions, deps } = plain
  const startedAtMs = plain.now()
  const { unary, clientStream, serverStream, bothStreams } = answering(onUnexpected)
  const asked = new AskedFiles(plain.now)
  const noting =
    <Reply>(question: Question, answer: (identifier: FileIdentifier, admitted: Admitted) => Promise<Reply>) =>
    (identifier: FileIdentifier, admitted: Admitted): Promise<Reply> => {
      mustBePlainId(identifier.fileId)
      if (!admitted.passedOn) asked.asked(askerOf(admitted), identifier.fileId, question)
      return answer(identifier, admitted)
    }
  const upload = forwarding.clientStream('Upload', (messages: AsyncIterator<FileChunk>, admitted) =>
    receivePlain(plain, grantOf(admitted), {
      sender: senderOf(admitted),
      async next() {
        const { done, value } = await messages.next()
        return done ? { done, value: undefined } : { done: false, value: toPlainChunk(value) }
      },
    }),
  )

  return {
    GetReceiverInfo: unary((_request, admitted) => describe(admitted)),

    BeginUpload: unary(
      forwarding.unary('BeginUpload', async (request: BeginUploadRequest, admitted) => {
        const asked = {
          uploadKey: request.uploadKey,
          path: request.path,
          sizeBytes: toOffset(request.size, 'BAD_LENGTH'),
          modifiedAtMs: Number(request.modifiedAtMs),
          onConflict: request.onConflict,
          sha256: request.sha256,
          begunAtMs: plain.now(),
          signal: admitted.gone,
          ...toBatch(request),
        }
        return begin(sessions, deps, grantOf(admitted), asked, (begun) => toBeginReply(begun, node()))
      }),
    ),

    UploadChunks: bothStreams(
      forwarding.bothStreams<UploadChunk, ChunkAckInput>('UploadChunks', async (messages, send, sendOff, admitted) => {
        const grant = grantOf(admitted)
        const first = await messages.next()
        if (first.done) return
        mustBeFileId(first.value.fileId)
        const generation = toOffset(first.value.generation, 'BAD_ID')
        mustOwn(grant, await deps.ledger.uploads.find(first.value.fileId))
        const stream = { first: first.value, messages, send, sendOff, turns: deps.turns, grant, generation }
        await sessions.use(first.value.fileId, grant.holder, (session) => receiveChunks(session, stream))
      }),
    ),

    PutFiles: bothStreams<PutFile, PutFileReplyInput>(async (messages, send, _sendOff, admitted) => {
      const grant = grantOf(admitted)
      const sender = senderOf(admitted)
      await putEach(
        (file) => put(sessions, deps, grant, sender, file),
        async () => {
          const { done, value } = await messages.next()
          return done
            ? undefined
            : {
                uploadKey: value.uploadKey,
                file: () => ({ ...toWholeFile(value, plain.now()), signal: admitted.gone }),
              }
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
        async (request: FinishUploadRequest, send: Send<FinishUploadReplyInput>, admitted: Admitted) => {
          mustBeFileId(request.fileId)
          const generation = toOffset(request.generation, 'BAD_ID')
          const md5 = mustBeMd5(request.md5)
          const grant = grantOf(admitted)
          mustOwn(grant, await deps.ledger.uploads.find(request.fileId))
          await sessions.use(request.fileId, grant.holder, async (session) => {
            const onVerified = oneAtATime((verifiedBytes: number) => send({ verifying: { verifiedBytes } }))
            const file = await finishAllowed(grant, session, md5, generation, onVerified)
            await send({ finished: toWireFile(file) })
          })
        },
      ),
    ),

    AbortUpload: unary(
      forwarding.unary('AbortUpload', async ({ fileId, uploadKey }: AbortUploadRequest, admitted) => {
        await abort(sessions, deps, grantOf(admitted), fileId === '' ? { uploadKey } : { fileId })
        return {}
      }),
    ),

    ClaimUpload: unary(async (request: ClaimUploadRequest, admitted) => {
      mustBeUploadKey(request.uploadKey)
      const asked = { now: plain.now, startedAtMs, signal: admitted.gone }
      return toClaimReply(await claimUpload(sessions, deps, grantOf(admitted), toClaim(request), asked))
    }),

    ListUploads: serverStream(async (_request, send: Send<UploadSummaryInput>, admitted) => {
      const grant = grantOf(admitted)
      const signal = admitted.gone
      await deps.readings.run({ sender: grant.holder, signal }, async () => {
        for await (const { record, ...upload } of openUploads(deps, sessions, grant, signal)) {
          const { askedPath, sizeBytes, modifiedAtMs } = record
          const summary = { ...upload, path: [...askedPath], size: sizeBytes, modifiedAtMs: modifiedAtMs ?? 0 }
          if (!(await send(summary))) return
        }
      })
    }),

    MakeFolder: unary(async (request, admitted) => {
      const path = await makeFolder(deps.store, grantOf(admitted), request.path)
      return { storedAs: path.join('/') }
    }),

    CheckPaths: unary(async (request: CheckPathsRequest, admitted): Promise<CheckPathsReplyInput> => {
      const grant = grantOf(admitted)
      const asked = request.paths.map(({ path, size }) => ({ path, sizeBytes: toOffset(size, 'BAD_LENGTH') }))
      const checked = await checkPaths(deps, grant, asked, admitted.gone)
      return { paths: checked.map(toWireCheck), mayOverwrite: grant.mayOverwrite }
    }),

    Upload: clientStream(async (messages: AsyncIterator<FileChunk>, admitted) => {
      const asker = askerOf(admitted)
      const next = async () => {
        const message = await messages.next()
        if (!message.done && isPlainId(message.value.fileId)) asked.sent(asker, message.value.fileId)
        return message
      }
      const first = await next()
      if (!first.done) {
        // It may take longer than a minute to read a file to its end, and then its sender asks whether it is whole.
        const { fileId } = first.value
        return upload(withFirst(first, next), admitted).finally(() => isPlainId(fileId) && asked.ended(asker, fileId))
      }
      const grant = grantOf(admitted)
      const reader = { sender: grant.holder, signal: admitted.gone }
      const file = await asked.answerFor(asker, (plainId, isFirst) =>
        deps.readings.run(reader, () => howFar(plain, grant, plainId, isFirst)),
      )
      return storedStatus(file)
    }),

    QueryUploadedChunks: unary(
      noting(
        'query',
        forwarding.unary('QueryUploadedChunks', async (identifier: FileIdentifier, admitted) => {
          const { offsets, ranges } = await storedOf(plain, grantOf(admitted), identifier, admitted.gone)
          return { offsets: [...offsets], ranges: toWireRanges(ranges) }
        }),
      ),
    ),

    CheckFileIntegrity: unary(
      noting(
        'check',
        forwarding.unary('CheckFileIntegrity', async (identifier: FileIdentifier, admitted) =>
          checkIntegrity(plain, grantOf(admitted), identifier, toMd5(identifier.clientMd5), admitted.gone),
        ),
      ),
    ),
  }
}

/** Gives back a message that was read to see whether there is one. */
function withFirst<T>(first: IteratorResult<T>, next: () => Promise<IteratorResult<T>>): AsyncIterator<T> {
  let unread: IteratorResult<T> | undefined = first
  return {
    next() {
      const given = unread
      unread = undefined
      return given === undefined ? next() : Promise.resolve(given)
    },
  }
}
