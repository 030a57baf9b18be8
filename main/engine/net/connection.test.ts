import type { handleServerStreamingCall, handleUnaryCall, UntypedServiceImplementation } from '@grpc/grpc-js'
import { expect, test } from 'vitest'
import { PROTOCOL_VERSION } from '../../../proto/limits.ts'
import { connectTo } from '../../../test/support/connect-to.ts'

const never = new AbortController().signal

const introducing = (protocolMin: number): UntypedServiceImplementation => ({
  getReceiverInfo: (_call: unknown, done: (error: null, info: object) => void) =>
    done(null, { protocolMin, protocolMax: protocolMin }),
})

test('[A9] a receiver that needs a newer sender says so, instead of failing somewhere later', async () => {
  const connection = await connectTo(introducing(PROTOCOL_VERSION + 1))
  await expect(connection.introduce(never)).rejects.toMatchObject({
    reason: 'OLD_SENDER',
    remedy: 'stop',
    message: 'The receiver needs a newer Longshore on this computer.',
  })
})

test('[A9] a receiver of our own version is one of ours, and one that cannot introduce itself is a three-rpc one', async () => {
  expect(await (await connectTo(introducing(PROTOCOL_VERSION))).introduce(never)).toBe('longshore')
  expect(await (await connectTo({})).introduce(never)).toBe('three-rpc')
})

test('a receiver that says nothing of small files is sent none whole', async () => {
  const older = await connectTo(introducing(PROTOCOL_VERSION))
  await older.introduce(never)
  expect(older.smallFileMaxBytes).toBe(0)
})

test('every call about one upload names its key to proxies on the way, and a question about the receiver names none', async () => {
  const named: Record<string, unknown[]> = {}
  const answered =
    (name: string): handleUnaryCall<unknown, object> =>
    ({ metadata }, done) => {
      named[name] = metadata.get('x-upload-id')
      done(null, {})
    }
  const ended =
    (name: string): handleServerStreamingCall<unknown, object> =>
    (call) => {
      named[name] = call.metadata.get('x-upload-id')
      call.end()
    }
  const connection = await connectTo({
    ...introducing(PROTOCOL_VERSION),
    claimUpload: answered('claim'),
    beginUpload: answered('begin'),
    uploadChunks: ended('chunks'),
    finishUpload: ended('finish'),
    abortUpload: answered('abort'),
    queryUploadedChunks: answered('query'),
    checkFileIntegrity: answered('check'),
    upload: answered('plain chunks'),
  })
  const uploadKey = 'key-of-one-upload'
  const file = { fileId: uploadKey, fileName: 'a.bin' }

  await connection.claim({ uploadKey }, never)
  await connection.begin({ uploadKey, path: ['a.bin'] }, never)
  const chunks = connection.openChunks(uploadKey)
  await new Promise((resolve) => chunks.on('status', resolve).resume())
  const finish = connection.finish(uploadKey, { fileId: 'f', generation: '1', md5: '' }, () => undefined, never)
  await expect(finish).rejects.toMatchObject({ reason: 'RECEIVER_ERROR' })
  await connection.abort(uploadKey, never)
  await connection.queryChunks(file, never)
  await connection.checkIntegrity(file, never)
  await new Promise((resolve) => connection.openThreeRpcUpload(uploadKey, resolve).end())

  expect(Object.keys(named)).toHaveLength(8)
  for (const id of Object.values(named)) expect(id).toEqual([uploadKey])
})

test('a question that is asked when it is too late fails with the reason, and the end of its call is nobody\u2019s failure', async () => {
  const connection = await connectTo({
    ...introducing(PROTOCOL_VERSION),
    finishUpload: ((call) => void call.on('cancelled', () => undefined)) satisfies handleServerStreamingCall<
      unknown,
      object
    >,
  })
  const late = AbortSignal.abort(new Error('Interrupted.'))
  const request = { fileId: 'f', generation: '1', md5: '' }
  await expect(connection.finish('key-of-one-upload', request, () => undefined, late)).rejects.toThrow('Interrupted.')
  await expect(connection.introduce(never)).resolves.toBe('longshore')
})
