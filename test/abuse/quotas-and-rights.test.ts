import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Metadata } from '@grpc/grpc-js'
import { expect, test } from 'vitest'
import { CHUNK_BYTES } from '../../proto/limits.ts'
import { revokeDevice } from '../../server/devices/device.ts'
import type { Rights } from '../../server/devices/known-device.ts'
import {
  asked,
  begin,
  type Client,
  chunksOf,
  finish,
  md5Of,
  openStream,
  plainChunks,
  refusalOf,
  send,
  sendPlain,
  source,
  upload,
} from '../../server/fixtures/client.ts'
import { fates, put, toPut } from '../../server/fixtures/put.ts'
import { filesIn, receiving, sandbox } from '../../server/fixtures/receiving.ts'
import { connectSecurely, secured } from '../../server/fixtures/secured.ts'
import { bytes, changeRights, leftSteps, makeFolder, QUOTA, STEP } from './devices.ts'

const NOT_ALLOWED = 'PERMISSION_DENIED NOT_ALLOWED'

test('two devices with one folder had its quota each: they have it together, with what is unfinished', async () => {
  const { device } = await secured()
  const [a, b] = [await device({ folder: ['shared'], quotaBytes: 10 * STEP }), await device({ folder: ['shared'] })]
  const open = await begin(a.client, source('a', bytes(6)))
  expect([await leftSteps(a.client), await leftSteps(b.client)]).toEqual([4, 4])
  expect(await refusalOf(upload(b.client, source('b', bytes(5))))).toBe(QUOTA)
  await upload(b.client, source('b', bytes(4)))
  expect(await refusalOf(begin(a.client, source('c', bytes(1))))).toBe(QUOTA)
  await asked((done) => a.client.abortUpload({ fileId: open.fileId }, done))
  await upload(b.client, source('c', bytes(6)))
  expect([await leftSteps(a.client), await leftSteps(b.client)]).toEqual([0, 0])
})

test('a folder inside one with a quota was held to its own alone: the smallest that is on the way holds', async () => {
  const { device } = await secured()
  const a = await device({ folder: ['shared'], quotaBytes: 10 * STEP })
  const nested = await device({ folder: ['Shared', 'nested'], quotaBytes: 100 * STEP })
  const whole = await device()
  const ways: [Client, string][] = [
    [nested.client, 'n'],
    [whole.client, 'shared/w'],
    [whole.client, 'SHARED/nested/deeper/w'],
  ]
  await upload(a.client, source('a', bytes(7)))
  for (const [client, name] of ways) expect(await refusalOf(upload(client, source(name, bytes(4))))).toBe(QUOTA)
  const plain = { fileId: 'plain', offset: 0, totalSize: 4 * STEP, data: bytes(4) }
  expect(await refusalOf(sendPlain(nested.client, [plain]))).toBe(QUOTA)
  const small = [source('small', bytes(4))]
  expect(fates(small, await put(nested.client, [toPut(small[0] as never)]))).toEqual(['QUOTA'])
  await upload(whole.client, source('elsewhere', bytes(50)))
  // The folder for it costs one, too.
  await upload(nested.client, source('n', bytes(2)))
  expect([await leftSteps(a.client), await leftSteps(nested.client)]).toEqual([0, 0])
})

test('a quota that is given, or lifted, while the receiver runs counts from then on, for what is unfinished as well', async () => {
  const scene = await secured()
  const whole = await scene.device()
  const file = source('shared/x', bytes(5))
  const begun = await begin(whole.client, file)
  await send(whole.client, begun, chunksOf(file))
  const small = await scene.device({ folder: ['shared'], quotaBytes: 3 * STEP })
  expect(await leftSteps(small.client)).toBe(0)
  expect(await refusalOf(finish(whole.client, begun, file.data))).toBe(QUOTA)
  expect(await filesIn(scene.directory)).toEqual({})
  await revokeDevice(scene.stateDirectory, small.device.id)
  await scene.receiver.lookAtDevices()
  await finish(whole.client, begun, file.data)
})

test('empty files and folders were free: on a quota of a byte there is room for none', async () => {
  const { device, directory } = await secured()
  const { client } = await device({ folder: ['z'], quotaBytes: 1 })
  const deep = Array(9).fill('p'.repeat(200)).join('/')
  const files = Array.from({ length: 30 }, (_, index) => source(`${deep}/${index}${'n'.repeat(200)}`, Buffer.alloc(0)))
  const replies = await put(
    client,
    files.map((file) => toPut(file)),
  )
  expect(new Set(fates(files, replies))).toEqual(new Set(['QUOTA']))
  expect(await refusalOf(begin(client, source('e', Buffer.alloc(0))))).toBe(QUOTA)
  expect(await refusalOf(sendPlain(client, [{ fileId: 'e', offset: 0, totalSize: 0 }]))).toBe(QUOTA)
  expect(await refusalOf(makeFolder(client, 'd'))).toBe(QUOTA)
  expect(await refusalOf(makeFolder(client, Array(60).fill('q').join('/')))).toBe(QUOTA)
  expect(await filesIn(directory)).toEqual({})
})

test('folders count once, whoever needs them and however many files at the same time', async () => {
  const { device, directory } = await secured()
  const { client } = await device({ folder: ['z'], quotaBytes: 23 * STEP })
  const files = Array.from({ length: 20 }, (_, index) => source(`a/b/c/${index}`, bytes(1)))
  const replies = await put(
    client,
    files.map((file) => toPut(file)),
  )
  expect(new Set(fates(files, replies)).has('QUOTA')).toBe(false)
  expect(Object.keys(await filesIn(directory))).toHaveLength(20)
  expect(await leftSteps(client)).toBe(0)
  // One that is there costs nothing more.
  expect(await makeFolder(client, 'a/b/c')).toEqual({ storedAs: 'z/a/b/c' })
  expect(await refusalOf(makeFolder(client, 'a/b/c/d'))).toBe(QUOTA)
})

test('many devices that begin at the same moment cannot all have the last bytes', async () => {
  const { device } = await secured()
  const paths = [['q'], ['q'], ['q', 'in'], undefined]
  const clients = await Promise.all(paths.map((folder) => device({ ...(folder && { folder }) })))
  await device({ folder: ['q'], quotaBytes: 10 * STEP })
  const outcomes = await Promise.all(
    Array.from({ length: 40 }, (_, index) => {
      const { client, device: known } = clients[index % clients.length] as (typeof clients)[number]
      return refusalOf(begin(client, source(`${known.folder ? '' : 'q/'}${index}`, bytes(2))))
    }),
  )
  const begun = outcomes.filter((outcome) => outcome === 'OK').length
  expect(begun).toBeGreaterThan(2)
  expect(begun).toBeLessThanOrEqual(5)
})

test('what one device has unfinished counts for the others after a restart, too', async () => {
  const within = await sandbox()
  const before = await secured(within)
  const a = await before.device({ folder: ['shared'], quotaBytes: 10 * STEP })
  const b = await before.device({ folder: ['shared', 'b'] })
  await begin(a.client, source('a', bytes(6)))
  await before.receiver.close()
  const after = await secured(within)
  const again = connectSecurely(after.receiver.port, await after.certificatePem(), b.token)
  expect(await refusalOf(begin(again, source('b', bytes(4))))).toBe(QUOTA)
  expect(await refusalOf(begin(again, source('b', bytes(3))))).toBe('OK')
})

test('quotas that a program tells with each call hold the folder, too', async () => {
  const rights: Record<string, Partial<Rights>> = {
    a: { folder: ['shared'], quotaBytes: 5 * STEP },
    b: { folder: ['shared', 'b'] },
  }
  const { client } = await receiving(undefined, {
    authenticate: async ({ token = '' }) => ({ id: token, name: token, mayOverwrite: true, ...rights[token] }),
  })
  const as = (token: string) => {
    const metadata = new Metadata()
    metadata.set('authorization', `Bearer ${token}`)
    return metadata
  }
  const beginAs = (token: string, steps: number) => {
    const request = { uploadKey: randomBytes(16).toString('hex'), path: [token], size: steps * STEP }
    return refusalOf(asked((done) => client.beginUpload(request, as(token), done)))
  }
  expect(await beginAs('a', 3)).toBe('OK')
  expect(await beginAs('b', 2)).toBe(QUOTA)
  expect(await beginAs('b', 1)).toBe('OK')
  rights.a = { folder: ['shared'] }
  expect(await beginAs('a', 3)).toBe('OK')
})

test('rights that were lowered did not bind what was begun with more: nothing is replaced, and it is kept', async () => {
  const scene = await secured()
  const { client, device } = await scene.device()
  await upload(client, source('target', Buffer.from('old')))
  const file = source('target', bytes(3))
  const begun = await begin(client, file, { onConflict: 'OVERWRITE' })
  await send(client, begun, chunksOf(file))
  await changeRights(scene, device, { mayOverwrite: false, folder: ['held'] })
  expect(await refusalOf(finish(client, begun, file.data))).toBe(NOT_ALLOWED)
  expect(await filesIn(scene.directory)).toEqual({ target: md5Of(Buffer.from('old')) })
  await changeRights(scene, device, {})
  await finish(client, begun, file.data)
  expect(await filesIn(scene.directory)).toEqual({ target: md5Of(file.data) })
})

test('a stream, and small files that follow, are told when the right to replace is lost', async () => {
  const scene = await secured()
  const { client, device } = await scene.device()
  await upload(client, source('target', Buffer.from('old')))
  const file = source('target', randomBytes(2 * CHUNK_BYTES))
  const [first = {}, second = {}] = chunksOf(file)
  const stream = openStream(client, await begin(client, file, { onConflict: 'OVERWRITE' }))
  stream.call.write(first)
  await stream.next()
  const putting = client.putFiles()
  const replies: unknown[] = []
  const answered = () => new Promise((resolve) => putting.once('data', (reply) => resolve(replies.push(reply))))
  putting.write(toPut(source('small', Buffer.from('1')), { onConflict: 'OVERWRITE' }))
  await answered()
  await changeRights(scene, device, { mayOverwrite: false })
  stream.call.write(second)
  expect(await refusalOf(stream.acks)).toBe(NOT_ALLOWED)
  putting.write(toPut(source('small', Buffer.from('2')), { onConflict: 'OVERWRITE' }))
  await answered()
  putting.end()
  expect(replies).toMatchObject([{ finished: { storedAs: 'small' } }, { refused: { reason: 'NOT_ALLOWED' } }])
  expect(await readFile(join(scene.directory, 'small'), 'utf8')).toBe('1')
})

test('what a device has begun goes below the folder that it has when it is stored', async () => {
  const scene = await secured()
  const { client, device } = await scene.device({ folder: ['before'] })
  const file = source('x/a', bytes(3))
  const begun = await begin(client, file)
  await send(client, begun, chunksOf(file))
  const data = bytes(2)
  const [first = {}, second = {}] = plainChunks('plain', data, STEP)
  await sendPlain(client, [first])
  await changeRights(scene, device, { folder: ['after'] })
  await finish(client, begun, file.data)
  expect((await sendPlain(client, [second])).success).toBe(true)
  expect(await makeFolder(client, 'made')).toEqual({ storedAs: 'after/made' })
  expect(await filesIn(scene.directory)).toEqual({ 'after/x/a': md5Of(file.data), 'after/plain': md5Of(data) })
})

test('a quota that was lowered since an upload began refuses it at the end, in its old folder and in a new one', async () => {
  const scene = await secured()
  const { client, device } = await scene.device({ folder: ['a'], quotaBytes: 10 * STEP })
  const file = source('x', bytes(5))
  const begun = await begin(client, file)
  await send(client, begun, chunksOf(file))
  await changeRights(scene, device, { quotaBytes: 4 * STEP })
  expect(await refusalOf(finish(client, begun, file.data))).toBe(QUOTA)
  await changeRights(scene, device, { folder: ['b'], quotaBytes: 4 * STEP })
  expect(await refusalOf(finish(client, begun, file.data))).toBe(QUOTA)
  expect(await filesIn(scene.directory)).toEqual({})
  await changeRights(scene, device, { folder: ['b'], quotaBytes: 5 * STEP })
  expect((await finish(client, begun, file.data)).storedAs).toBe('b/x')
})
