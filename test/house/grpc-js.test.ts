import { Client, credentials } from '@grpc/grpc-js'
import { expect, test } from 'vitest'
import { frameInPlace } from '../../main/engine/net/frame-in-place.ts'
import { fileTransferService } from '../../proto/index.ts'
import { newChunkBuffer } from '../../proto/messages/chunk-message.ts'
import { decodeInRooms, MessageDecoder } from '../../server/calls/message-decoder.ts'

// Where grpc-js looks inside as it is expected to, chunks are not copied; where it does not, everything works as
// before, and only slower. These tests tell when it has changed.

type Inside = {
  internalChannel: { filterStackFactory: { createFilter(): { sendMessage(sent: object): Promise<Sent> } } }
}
type Sent = { message: Buffer; flags?: number }

test('the clients of grpc-js frame a chunk where it is, and any other message as before', async () => {
  const client = new Client('127.0.0.1:1', credentials.createInsecure())
  frameInPlace(client)
  const filter = (client.getChannel() as unknown as Inside).internalChannel.filterStackFactory.createFilter()
  const send = (message: Buffer) => filter.sendMessage(Promise.resolve({ message, flags: 4 }))
  const data = newChunkBuffer(1000)
  const chunk = fileTransferService.UploadChunks.requestSerialize({ fileId: 'a', data })
  const copied = Buffer.from(chunk)
  const framed = await send(chunk)
  expect(framed.flags).toBe(4)
  expect(framed.message.buffer).toBe(data.buffer)
  const same = await send(copied)
  expect(same.message.buffer).not.toBe(data.buffer)
  expect(framed.message.equals(same.message)).toBe(true)
  client.close()
})

test('what looks otherwise than grpc-js does is left as it is', () => {
  const strange = { getChannel: () => ({}) } as unknown as Client
  frameInPlace(strange)
  const call = { decoder: undefined }
  decodeInRooms(call, 1)
  expect(call.decoder).toBeUndefined()
})

test('the calls of grpc-js have a decoder with the shape that is replaced', async () => {
  const { StreamDecoder } = await import('@grpc/grpc-js/build/src/stream-decoder.js')
  const call = { decoder: new StreamDecoder(100) }
  decodeInRooms(call, 100)
  expect(call.decoder).toBeInstanceOf(MessageDecoder)
})
