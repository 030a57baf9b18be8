import { Server } from '@grpc/grpc-js'
import { expect, onTestFinished, test } from 'vitest'
import { fileTransferService } from '../../proto/index.ts'
import { bound } from '../../test/support/net/bound.ts'
import { createInterceptor, openGate } from '../access/auth.ts'
import { asked, type Client, refusalOf, sendPlain } from '../fixtures/client.ts'
import { clientOf } from '../fixtures/receiving.ts'
import { answering } from './answer.ts'

async function failLater(): Promise<never> {
  await new Promise((resolve) => setImmediate(resolve))
  throw new Error('/a/path that must not leave the receiver')
}

async function failing(): Promise<{ client: Client; unexpected: unknown[] }> {
  const unexpected: unknown[] = []
  const { unary, clientStream, serverStream, bothStreams } = answering((error) => unexpected.push(error))
  const server = new Server({ interceptors: [createInterceptor(openGate)] })
  server.addService(fileTransferService, {
    GetReceiverInfo: unary(async () => ({ name: 'alive' })),
    BeginUpload: unary(failLater),
    Upload: clientStream(failLater),
    FinishUpload: serverStream(failLater),
    UploadChunks: bothStreams(failLater),
  } as never)
  return { client: clientOf({ port: await bound(server) }), unexpected }
}

const calls: Record<string, (client: Client) => Promise<unknown>> = {
  unary: (client) => asked((done) => client.beginUpload({}, done)),
  'client streaming': (client) => sendPlain(client, [{}]),
  'server streaming': (client) => readAll(client.finishUpload({})),
  'bidirectional streaming': (client) => readAll(client.uploadChunks()),
}

test.each(Object.entries(calls))(
  '[A10] a %s handler that throws later ends its own call and no other',
  async (_kind, call) => {
    const { client, unexpected } = await failing()

    expect(await refusalOf(call(client))).toBe('INTERNAL INTERNAL')
    await expect(call(client)).rejects.not.toThrow(/path/)

    expect(unexpected).toHaveLength(2)
    expect(await asked((done) => client.getReceiverInfo({}, done))).toMatchObject({ name: 'alive' })
  },
)

test('[A12] a stream whose handler waits reads nothing ahead', async () => {
  let taken = 0
  const { bothStreams } = answering(() => undefined)
  const server = new Server({ interceptors: [createInterceptor(openGate)] })
  const deserialize = fileTransferService.UploadChunks.requestDeserialize
  const counting = (data: Buffer) => {
    taken++
    return deserialize(data)
  }
  server.addService(
    { UploadChunks: { ...fileTransferService.UploadChunks, requestDeserialize: counting } } as never,
    {
      UploadChunks: bothStreams(async (messages) => {
        await messages.next()
        await new Promise(() => undefined)
      }),
    } as never,
  )
  const client = clientOf({ port: await bound(server) })
  const call = client.uploadChunks()
  onTestFinished(() => call.cancel())
  call.on('error', () => 'cancelled above')
  for (let sent = 0; sent < 12; sent++) call.write({ offset: sent, data: Buffer.alloc(100) })
  await expect.poll(() => taken).toBe(1)
  // Answered after everything before it on the connection.
  await asked((done) => client.getReceiverInfo({}, done)).catch(() => 'not served here')
  expect(taken).toBe(1)
})

async function readAll(call: AsyncIterable<unknown>): Promise<void> {
  for await (const message of call) expect(message).toBeDefined()
}
