import type { FileChunk } from '../../proto/generated/filetransfer/FileChunk.ts'
import type { FileIdentifier } from '../../proto/generated/filetransfer/FileIdentifier.ts'
import type { FileTransferServiceHandlers } from '../../proto/generated/filetransfer/FileTransferService.ts'
import { AskedFiles, askerOf, type Question } from '../asking/asked-files.ts'
import { checkIntegrity, howFar, isClientFileId, mustBeClientFileId, storedOf } from '../asking/inspect.ts'
import type { OnUnexpected } from '../base/unexpected.ts'
import { answering } from '../calls/answer.ts'
import type { Admitted } from '../calls/caller.ts'
import type { Forwarding } from '../cluster/forwarding.ts'
import type { Permissions } from '../permissions/permissions.ts'
import { storedStatus } from '../three-rpc/three-rpc-status.ts'
import { receiveThreeRpc, type ThreeRpcDeps } from '../three-rpc/three-rpc-uploads.ts'
import { toMd5, toThreeRpcChunk, toWireRanges } from './wire.ts'

type ThreeRpcHandlers = Pick<FileTransferServiceHandlers, 'Upload' | 'QueryUploadedChunks' | 'CheckFileIntegrity'>

/** The calls of clients that know only three of them. Fields are checked and converted here, and nothing is decided. */
export function createThreeRpcService(
  threeRpc: ThreeRpcDeps,
  permissionsOf: (admitted: Admitted) => Permissions,
  forwarding: Forwarding,
  onUnexpected: OnUnexpected,
): ThreeRpcHandlers {
  const { unary, clientStream } = answering(onUnexpected)
  const asked = new AskedFiles(threeRpc.now)
  const noting =
    <Reply>(question: Question, answer: (identifier: FileIdentifier, admitted: Admitted) => Promise<Reply>) =>
    (identifier: FileIdentifier, admitted: Admitted): Promise<Reply> => {
      mustBeClientFileId(identifier.fileId)
      if (!admitted.passedOn) asked.asked(askerOf(admitted), identifier.fileId, question)
      return answer(identifier, admitted)
    }
  const upload = forwarding.clientStream('Upload', (messages: AsyncIterator<FileChunk>, admitted) =>
    receiveThreeRpc(threeRpc, permissionsOf(admitted), {
      async next() {
        const { done, value } = await messages.next()
        return done ? { done, value: undefined } : { done: false, value: toThreeRpcChunk(value) }
      },
    }),
  )

  return {
    Upload: clientStream(async (messages: AsyncIterator<FileChunk>, admitted) => {
      const asker = askerOf(admitted)
      const next = async () => {
        const message = await messages.next()
        if (!message.done && isClientFileId(message.value.fileId)) asked.sent(asker, message.value.fileId)
        return message
      }
      const first = await next()
      if (!first.done) {
        // It may take longer than a minute to read a file to its end, and then its sender asks whether it is whole.
        const { fileId } = first.value
        return upload(withFirst(first, next), admitted).finally(
          () => isClientFileId(fileId) && asked.ended(asker, fileId),
        )
      }
      const permissions = permissionsOf(admitted)
      const reader = { sender: permissions.holder, signal: admitted.gone }
      const file = await asked.answerFor(asker, (clientFileId, isFirst) =>
        threeRpc.readings.run(reader, () => howFar(threeRpc, permissions, clientFileId, isFirst)),
      )
      return storedStatus(file)
    }),

    QueryUploadedChunks: unary(
      noting(
        'query',
        forwarding.unary('QueryUploadedChunks', async (identifier: FileIdentifier, admitted) => {
          const { offsets, ranges } = await storedOf(threeRpc, permissionsOf(admitted), identifier, admitted.gone)
          return { offsets: [...offsets], ranges: toWireRanges(ranges) }
        }),
      ),
    ),

    CheckFileIntegrity: unary(
      noting(
        'check',
        forwarding.unary('CheckFileIntegrity', async (identifier: FileIdentifier, admitted) =>
          checkIntegrity(threeRpc, permissionsOf(admitted), identifier, toMd5(identifier.clientMd5), admitted.gone),
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
