import { randomBytes } from 'node:crypto'
import { readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { ServiceError } from '@grpc/grpc-js'
import { expect, test } from 'vitest'
import { asked, begin, md5Of, refusalOf, send, sendPlain, source, upload } from '../fixtures/client.ts'
import { filesIn, sandbox } from '../fixtures/receiving.ts'
import { connectSecurely, secured } from '../fixtures/secured.ts'
import { STEP_BYTES } from './quota-item.ts'

test('a device without the right to replace files keeps both instead, and is told when it asks to overwrite', async () => {
  const { directory, device } = await secured()
  const mine = await device({ mayOverwrite: false })
  const [before, after] = [source('a.bin', randomBytes(5)), source('a.bin', randomBytes(6))]
  await upload(mine.client, before)
  const overwrite = { onConflict: 'OVERWRITE' }
  expect(await refusalOf(begin(mine.client, after, overwrite))).toBe('PERMISSION_DENIED NOT_ALLOWED')
  await upload(mine.client, after)
  expect(await filesIn(directory)).toEqual({ 'a.bin': md5Of(before.data), 'a (2).bin': md5Of(after.data) })
})

test('a device with a folder of its own cannot leave it, whatever it asks for', async () => {
  const { directory, device } = await secured()
  const mine = await device({ folder: ['team', 'ci'] })
  const file = source('x/a.bin', randomBytes(5))
  expect(await upload(mine.client, file)).toMatchObject({ storedAs: 'team/ci/x/a.bin' })
  expect(await asked((done) => mine.client.makeFolder({ path: ['y'] }, done))).toEqual({ storedAs: 'team/ci/y' })
  await sendPlain(mine.client, [{ fileId: '../../p', offset: 0, totalSize: 3, data: Buffer.from('abc') }])
  await asked((done) => mine.client.queryUploadedChunks({ fileId: 'q', fileName: '../../../named' }, done))
  await sendPlain(mine.client, [{ fileId: 'q', offset: 0, totalSize: 3, data: Buffer.from('abc') }])
  for (const path of [
    ['..', 'b'],
    ['..', '..', 'b'],
    ['.', 'b'],
    ['a/../../b'],
    ['/b'],
    ['..\\b'],
    [],
    ['.longshore', 'b'],
  ]) {
    expect(await refusalOf(begin(mine.client, { ...file, path })), path.join()).toBe('INVALID_ARGUMENT BAD_NAME')
    expect(await refusalOf(asked((done) => mine.client.makeFolder({ path }, done)))).toBe('INVALID_ARGUMENT BAD_NAME')
  }
  const names = Object.keys(await filesIn(directory))
  expect(names).toHaveLength(3)
  for (const name of names) expect(name).toMatch(/^team\/ci\//)
  expect((await readdir(directory)).sort()).toEqual(['.longshore', 'team'])
})

test('[F5] a quota counts what is there and what is on its way, and a refused upload leaves no trace', async () => {
  const { device, directory } = await secured()
  const mine = await device({ folder: ['ci'], quotaBytes: 6 * STEP_BYTES })
  await upload(mine.client, source('a.bin', randomBytes(2 * STEP_BYTES)))
  const open = source('b.bin', randomBytes(3 * STEP_BYTES))
  const begun = await begin(mine.client, open)
  const leftBytes = async () =>
    Number((await asked<{ freeBytes: string }>((done) => mine.client.getReceiverInfo({}, done))).freeBytes)
  expect(await leftBytes()).toBe(STEP_BYTES)

  const large = source('c.bin', randomBytes(STEP_BYTES + 1))
  expect(await refusalOf(begin(mine.client, large))).toBe('RESOURCE_EXHAUSTED QUOTA')
  const plain = { fileId: 'p', offset: 0, totalSize: STEP_BYTES + 1, data: randomBytes(9) }
  expect(await refusalOf(sendPlain(mine.client, [plain]))).toBe('RESOURCE_EXHAUSTED QUOTA')
  expect(await leftBytes()).toBe(STEP_BYTES)
  await upload(mine.client, source('d.bin', randomBytes(STEP_BYTES)))
  expect(await leftBytes()).toBe(0)

  // Asking again for what is reserved costs nothing, and cancelling gives it back.
  await begin(mine.client, open)
  await asked((done) => mine.client.abortUpload({ fileId: begun.fileId }, done))
  expect(await leftBytes()).toBe(3 * STEP_BYTES)
  await upload(mine.client, large)
  expect(Object.keys(await filesIn(directory)).sort()).toEqual(['ci/a.bin', 'ci/c.bin', 'ci/d.bin'])
})

test('a quota knows after a restart what is there and what was reserved, and notices what was deleted', async () => {
  const within = await sandbox()
  const before = await secured(within)
  const { client, token } = await before.device({ folder: ['ci'], quotaBytes: 6 * STEP_BYTES })
  await upload(client, source('a.bin', randomBytes(2 * STEP_BYTES)))
  await begin(client, source('b.bin', randomBytes(3 * STEP_BYTES)))
  await before.receiver.close()

  const after = await secured(within)
  const again = connectSecurely(after.receiver.port, await after.certificatePem(), token)
  expect(await refusalOf(begin(again, source('c.bin', randomBytes(STEP_BYTES + 1))))).toBe('RESOURCE_EXHAUSTED QUOTA')
  await begin(again, source('d.bin', randomBytes(STEP_BYTES)))
  await rm(join(after.directory, 'ci/a.bin'))
  const large = source('e.bin', randomBytes(2 * STEP_BYTES))
  await expect.poll(() => refusalOf(begin(again, large)), { timeout: 20_000 }).toBe('OK')
})

test('two uploads at the same moment cannot both have the last bytes of a quota', async () => {
  const { device } = await secured()
  const { client } = await device({ folder: ['ci'], quotaBytes: 2 * STEP_BYTES })
  const asks = Array.from({ length: 8 }, (_, index) => refusalOf(begin(client, source(`${index}`, randomBytes(400)))))
  expect((await Promise.all(asks)).filter((outcome) => outcome === 'OK')).toHaveLength(2)
})

test('[H17] no refusal names a path of the receiver', async () => {
  const { directory, device } = await secured()
  const { client } = await device({ folder: ['ci'], quotaBytes: 5 })
  const refused = [
    () => begin(client, source('../x', randomBytes(1))),
    () => begin(client, source('big', randomBytes(9))),
    () => send(client, { fileId: '0'.repeat(32), generation: '1' } as never, [{}]),
    () => asked((done) => client.makeFolder({ path: ['.longshore'] }, done)),
  ]
  for (const call of refused) {
    const { details } = (await call().catch((error) => error)) as ServiceError
    expect(details).toBeTruthy()
    expect(details).not.toContain(directory)
    expect(details).not.toContain('/')
  }
})
