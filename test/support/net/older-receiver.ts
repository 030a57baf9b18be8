import { onTestFinished } from 'vitest'
import { fileTransferService } from '../../../proto/index.ts'
import { type Asked, type Rpc, rawClient, rawServer } from '../../conversation/raw-calls.ts'

const { GetReceiverInfo, BeginUpload } = fileTransferService

/**
 * A receiver as it was before there was a digest to choose: passes every call on to one of today, but for the fields
 * that it would not know. Answers its address; it ends with the test.
 */
export async function olderReceiver(address: string): Promise<string> {
  const client = rawClient(address)
  const server = await rawServer((rpc, uploadId, answering): Asked => {
    const onAnswer = (message: Buffer) => answering.answer(withoutNews(rpc, message))
    const passedOn = client.call(rpc, uploadId, { onAnswer, onEnd: answering.end })
    return {
      onMessage: (message) => passedOn.send(asUnderstood(rpc, message)),
      onEnd: passedOn.end,
      onCancel: passedOn.cancel,
    }
  })
  onTestFinished(() => {
    server.close()
    client.close()
  })
  return server.address
}

function withoutNews({ name }: Rpc, message: Buffer): Buffer {
  if (name === 'GetReceiverInfo') {
    const { digests: _, defaultDigest: __, ...info } = GetReceiverInfo.responseDeserialize(message)
    return GetReceiverInfo.responseSerialize(info)
  }
  if (name !== 'BeginUpload') return message
  const { digestKind: _, ...reply } = BeginUpload.responseDeserialize(message)
  return BeginUpload.responseSerialize(reply)
}

function asUnderstood({ name }: Rpc, message: Buffer): Buffer {
  if (name !== 'BeginUpload') return message
  const { digestKind: _, ...request } = BeginUpload.requestDeserialize(message)
  return BeginUpload.requestSerialize(request)
}
