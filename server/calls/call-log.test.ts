import { randomBytes } from 'node:crypto'
import { Metadata } from '@grpc/grpc-js'
import { expect, test } from 'vitest'
import { REQUEST_ID_KEY, UPLOAD_ID_KEY } from '../../proto/limits.ts'
import { begin, chunksOf, finish, openStream, send, source } from '../fixtures/client.ts'
import { receiving } from '../fixtures/receiving.ts'
import type { EndedCall } from './ended-call.ts'

async function logged() {
  const calls: EndedCall[] = []
  const { client } = await receiving(undefined, { onCall: (call) => calls.push(call) })
  return { client, calls }
}

test('each call is told when it has ended, with an id that its answer bears, too', async () => {
  const { client, calls } = await logged()
  const file = source('a.bin', randomBytes(1000))
  const begun = await begin(client, file)
  await send(client, begun, chunksOf(file))
  await finish(client, begun, file.data)
  expect(calls.map(({ method, status }) => `${method} ${status}`)).toEqual([
    'BeginUpload OK',
    'UploadChunks OK',
    'FinishUpload OK',
  ])
  for (const { requestId, address, ms } of calls) {
    expect(requestId).toMatch(/^[0-9a-f]{16}$/)
    expect(address).toBe('127.0.0.1')
    expect(ms).toBeGreaterThanOrEqual(0)
  }
  expect(new Set(calls.map(({ requestId }) => requestId)).size).toBe(3)
})

test('a proxy may choose the id; what is no id is replaced, and what is named too long is cut', async () => {
  const { client, calls } = await logged()
  const ask = (id: string, upload: string) =>
    new Promise<Metadata>((resolve) => {
      const metadata = new Metadata()
      metadata.set(REQUEST_ID_KEY, id)
      metadata.set(UPLOAD_ID_KEY, upload)
      client.getReceiverInfo({}, metadata, () => undefined).on('status', ({ metadata: trailers }) => resolve(trailers))
    })
  expect((await ask('proxy-1.a', 'key')).get(REQUEST_ID_KEY)).toEqual(['proxy-1.a'])
  expect((await ask('a b;c', 'x'.repeat(500))).get(REQUEST_ID_KEY)[0]).toMatch(/^[0-9a-f]{16}$/)
  expect(calls.map(({ upload }) => upload?.length)).toEqual([3, 65])
})

test('a refusal is told with its reason and sentence, and a call that breaks off as cancelled, once', async () => {
  const { client, calls } = await logged()
  const file = source('a.bin', randomBytes(3 * 1024 ** 2))
  const begun = await begin(client, file)
  await finish(client, begun, file.data).catch(() => 'bytes are missing')
  const { call, next } = openStream(client, begun)
  call.write(chunksOf(file)[0] ?? {})
  await next()
  call.cancel()
  await expect.poll(() => calls).toHaveLength(3)
  expect(calls[1]).toMatchObject({
    method: 'FinishUpload',
    status: 'FAILED_PRECONDITION',
    reason: 'MISSING_RANGES',
    message: 'Bytes are missing: 0-3145728.',
  })
  expect(calls[2]).toMatchObject({ method: 'UploadChunks', status: 'CANCELLED' })
})
