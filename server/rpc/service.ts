import type { AbortUploadRequest } from '../../proto/generated/filetransfer/AbortUploadRequest.ts'
import type { BeginUploadRequest } from '../../proto/generated/filetransfer/BeginUploadRequest.ts'
import type { CheckPathsReplyInput } from '../../proto/generated/filetransfer/CheckPathsReply.ts'
import type { CheckPathsRequest } from '../../proto/generated/filetransfer/CheckPathsRequest.ts'
import type { ChunkAckInput } from '../../proto/generated/filetransfer/ChunkAck.ts'
import type { ClaimUploadRequest } from '../../proto/generated/filetransfer/ClaimUploadRequest.ts'
import type { FileTransferServiceHandlers } from '../../proto/generated/filetransfer/FileTransferService.ts'
import type { FinishUploadReplyInput } from '../../proto/generated/filetransfer/FinishUploadReply.ts'
import type { FinishUploadRequest } from '../../proto/generated/filetransfer/FinishUploadRequest.ts'
import type { PutFile } from '../../proto/generated/filetransfer/PutFile.ts'
import type { PutFileReplyInput } from '../../proto/generated/filetransfer/PutFileReply.ts'
import type { ReceiverInfoInput } from '../../proto/generated/filetransfer/ReceiverInfo.ts'
import type { UploadChunk } from '../../proto/generated/filetransfer/UploadChunk.ts'
import type { UploadSummaryInput } from '../../proto/generated/filetransfer/UploadSummary.ts'
import { checkPaths } from '../asking/check-paths.ts'
import { ReceiveError } from '../base/errors.ts'
import type { OnUnexpected } from '../base/unexpected.ts'
import { toOffset } from '../bytes/to-offset.ts'
import { answering, oneAtATime, type Send } from '../calls/answer.ts'
import type { Admitted } from '../calls/caller.ts'
import type { Forwarding } from '../cluster/forwarding.ts'
import { release } from '../limits/message-rooms.ts'
import type { Permissions } from '../permissions/permissions.ts'
import type { Storage } from '../storage/storage.ts'
import type { ThreeRpcDeps } from '../three-rpc/three-rpc-uploads.ts'
import { microsSince } from '../uploads/chunk-stream.ts'
import { makeFolder } from '../uploads/make-folder.ts'
import { mustBeFileId, mustBeUploadKey } from '../uploads/new-uploads.ts'
import { putEach } from '../uploads/small-file-stream.ts'
import type { Uploads } from '../uploads/uploads.ts'
import { createThreeRpcService } from './three-rpc-service.ts'
import {
  mustBeDigest,
  toBatch,
  toBeginReply,
  toClaim,
  toClaimReply,
  toDigestKind,
  toRefusal,
  toSmallFile,
  toWireCheck,
  toWireFile,
} from './wire.ts'

/** What the service serves. */
export type ServiceDeps = {
  readonly uploads: Uploads
  /** For clients that know only three of the calls. */
  readonly threeRpc: ThreeRpcDeps
  readonly storage: Pick<Storage, 'store' | 'readings'>
  /** Throws ReceiveError NOT_ALLOWED for a caller that may not send. */
  readonly permissionsOf: (admitted: Admitted) => Permissions
  readonly describe: (admitted: Admitted) => Promise<ReceiverInfoInput>
  readonly forwarding: Forwarding
  /** The name of this node of the receiver; empty when it is alone. */
  readonly node: () => string
  /** Milliseconds since 1970. */
  readonly now: () => number
  readonly onUnexpected: OnUnexpected
}

/** Translates between the wire and the receiver: fields are checked and converted here, and nothing is decided. */
export function createService(deps: ServiceDeps): FileTransferServiceHandlers {
  const { uploads, threeRpc, storage, permissionsOf, describe, forwarding, node, now, onUnexpected } = deps
  const { unary, serverStream, bothStreams } = answering(onUnexpected)

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
          verifiedBy: toDigestKind(request.digestKind),
          begunAtMs: now(),
          signal: admitted.gone,
          ...toBatch(request),
        }
        return uploads.begin(permissionsOf(admitted), asked, (begun) => toBeginReply(begun, node()))
      }),
    ),

    UploadChunks: bothStreams(
      forwarding.bothStreams<UploadChunk, ChunkAckInput>('UploadChunks', async (messages, send, sendOff, admitted) => {
        const permissions = permissionsOf(admitted)
        const first = await messages.next()
        if (first.done) return
        mustBeFileId(first.value.fileId)
        const generation = toOffset(first.value.generation, 'BAD_ID')
        const stream = { first: first.value, messages, send, sendOff, generation }
        await uploads.receive(permissions, first.value.fileId, stream)
      }),
    ),

    PutFiles: bothStreams<PutFile, PutFileReplyInput>(async (messages, send, _sendOff, admitted) => {
      const permissions = permissionsOf(admitted)
      await putEach(
        (file) => uploads.put(permissions, file),
        async () => {
          const { done, value } = await messages.next()
          if (done) return undefined
          const { uploadKey, data } = value
          const finish = messages.keep()
          return {
            uploadKey,
            bytes: data.length,
            file: () => ({ ...toSmallFile(value, now()), signal: admitted.gone }),
            forget() {
              release(data)
              finish()
            },
          }
        },
        (uploadKey, fate, beganMs) => {
          const storeMicros = microsSince(beganMs)
          if (!(fate instanceof ReceiveError)) return send({ uploadKey, finished: toWireFile(fate), storeMicros })
          if (fate.code === 'INTERNAL') onUnexpected(fate.cause)
          return send({ uploadKey, refused: toRefusal(fate), storeMicros })
        },
        { atWork: uploads.atWork, holder: permissions.holder },
      )
    }),

    FinishUpload: serverStream(
      forwarding.serverStream(
        'FinishUpload',
        async (request: FinishUploadRequest, send: Send<FinishUploadReplyInput>, admitted: Admitted) => {
          mustBeFileId(request.fileId)
          const generation = toOffset(request.generation, 'BAD_ID')
          const digest = mustBeDigest(request)
          const onVerified = oneAtATime((verifiedBytes: number) => send({ verifying: { verifiedBytes } }))
          const asked = { fileId: request.fileId, generation, digest, onVerified }
          await uploads.finish(permissionsOf(admitted), asked, (file) => send({ finished: toWireFile(file) }))
        },
      ),
    ),

    AbortUpload: unary(
      forwarding.unary('AbortUpload', async ({ fileId, uploadKey }: AbortUploadRequest, admitted) => {
        await uploads.abort(permissionsOf(admitted), fileId === '' ? { uploadKey } : { fileId })
        return {}
      }),
    ),

    ClaimUpload: unary(async (request: ClaimUploadRequest, admitted) => {
      mustBeUploadKey(request.uploadKey)
      return toClaimReply(await uploads.claim(permissionsOf(admitted), toClaim(request), admitted.gone))
    }),

    ListUploads: serverStream(async (_request, send: Send<UploadSummaryInput>, admitted) => {
      await uploads.list(permissionsOf(admitted), admitted.gone, ({ record, ...upload }) => {
        const { askedPath, sizeBytes, modifiedAtMs } = record
        return send({ ...upload, path: [...askedPath], size: sizeBytes, modifiedAtMs: modifiedAtMs ?? 0 })
      })
    }),

    MakeFolder: unary(async (request, admitted) => {
      const path = await makeFolder(storage.store, permissionsOf(admitted), request.path)
      return { storedAs: path.join('/') }
    }),

    CheckPaths: unary(async (request: CheckPathsRequest, admitted): Promise<CheckPathsReplyInput> => {
      const permissions = permissionsOf(admitted)
      const asked = request.paths.map(({ path, size }) => ({ path, sizeBytes: toOffset(size, 'BAD_LENGTH') }))
      const checked = await checkPaths(storage, permissions, asked, admitted.gone)
      return { paths: checked.map(toWireCheck), mayOverwrite: permissions.mayOverwrite }
    }),

    ...createThreeRpcService(threeRpc, permissionsOf, forwarding, onUnexpected),
  }
}
