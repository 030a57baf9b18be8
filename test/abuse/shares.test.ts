import { randomBytes } from 'node:crypto'
import { existsSync, openSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { truncate } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { revokeDevice } from '../../server/devices/device.ts'
import {
  asked,
  begin,
  type Client,
  openStream,
  plainChunks,
  refusalOf,
  sendPlain,
  source,
  upload,
} from '../../server/fixtures/client.ts'
import { secured } from '../../server/fixtures/secured.ts'
import { openLog } from '../../server/log.ts'
import { tempDir } from '../support/temp-dir.ts'

const MIB = 1024 ** 2
/** A file that nobody reads to its end in a test; all of it is a hole. */
const HUGE_BYTES = 1024 ** 4

/** How often this process has a file open. */
function timesOpen(path: string): number {
  const paths = readdirSync('/proc/self/fd').map((descriptor) => {
    try {
      return readlinkSync(`/proc/self/fd/${descriptor}`)
    } catch {
      // The one that the folder itself was read with.
      return ''
    }
  })
  return paths.filter((one) => one === path).length
}

/** Opens uploads and holds each with one damaged chunk, until the receiver takes no more. */
async function holdWithDamage(client: Client): Promise<number> {
  const damaged = { offset: 0, data: Buffer.alloc(64 * 1024), crc32: 1 }
  for (let held = 0; ; held++) {
    const file = source(`held ${held}.bin`, Buffer.alloc(MIB))
    const begun = await begin(client, file).catch(() => undefined)
    if (begun === undefined) return held
    const stream = openStream(client, begun)
    onTestFinished(() => stream.call.cancel())
    stream.call.write(damaged)
    await stream.next()
  }
}

test('streams of one device with damaged chunks made every other upload BUSY', async () => {
  const { device } = await secured(undefined, { limits: { maxBusyUploads: 16 } })
  const [evil, honest, other] = [await device(), await device(), await device()]
  expect(await holdWithDamage(evil.client)).toBe(8)
  expect(await holdWithDamage(other.client)).toBe(4)
  await upload(honest.client, source('a.bin', randomBytes(3 * MIB)))
})

test('a stream that brought only damaged chunks held its upload for ever', async () => {
  const { device } = await secured()
  const { client } = await device()
  const file = source('a.bin', Buffer.alloc(MIB))
  const stream = openStream(client, await begin(client, file))
  for (let chunk = 0; chunk < 50; chunk++) stream.call.write({ offset: 0, data: Buffer.alloc(64 * 1024), crc32: 1 })
  expect(await refusalOf(stream.acks)).toBe('DEADLINE_EXCEEDED STALLED')
  await upload(client, file)
})

test('a call of a plain client that brought only damaged chunks went on for ever', async () => {
  const { device } = await secured()
  const { client } = await device()
  const [chunk = {}] = plainChunks('plain', randomBytes(1000))
  const call = new Promise<{ success: boolean; message: string }>((resolve, reject) => {
    const writing = client.upload((error, reply) => (error ? reject(error) : resolve(reply as never)))
    for (let count = 0; count < 50; count++) writing.write({ ...chunk, chunkMd5: '0'.repeat(32) })
  })
  expect(await call).toMatchObject({ success: false, message: expect.stringContaining('Arrived damaged at offset 0') })
  expect(await sendPlain(client, [chunk])).toMatchObject({ success: true })
})

test('one BeginUpload that claimed all free space made every other upload DISK_FULL', async () => {
  const clock = { aheadMs: 0 }
  const { device, receiver } = await secured(undefined, { now: () => Date.now() + clock.aheadMs })
  const [evil, honest] = [await device({ folder: ['evil'] }), await device({ folder: ['honest'] })]
  const free = async (client: Client) =>
    Number((await asked<{ freeBytes: string }>((done) => client.getReceiverInfo({}, done))).freeBytes)
  const all = (await free(evil.client)) - 64 * MIB
  await begin(evil.client, source('claim.bin', Buffer.alloc(0)), { size: all })
  expect(await free(honest.client)).toBeGreaterThan(all / 4)
  await upload(honest.client, source('a.bin', randomBytes(3 * MIB)))
  clock.aheadMs = 61_000
  expect(await receiver.freeBytes()).toBeGreaterThan(all / 2)
})

test('CheckFileIntegrity read as many files at once as it was asked for, and went on when its caller was gone', async (context) => {
  if (!existsSync('/proc/self/fd')) return context.skip('Which files are open cannot be seen here.')
  const { device, directory, receiver, stateDirectory } = await secured()
  const [evil, honest] = [await device({ folder: ['evil'] }), await device({ folder: ['honest'] })]
  const file = source('big.bin', randomBytes(1000))
  const begun = await begin(evil.client, file)
  await upload(evil.client, file)
  const path = join(directory, 'evil/big.bin')
  await truncate(path, HUGE_BYTES)
  const check = (deadline?: number) => {
    const options = deadline === undefined ? {} : { deadline: Date.now() + deadline }
    const answer: { call?: { cancel(): void } } = {}
    const ended = refusalOf(
      asked((done) => {
        answer.call = evil.client.checkFileIntegrity({ fileId: begun.fileId }, options, done)
      }),
    )
    return { ended, cancel: () => answer.call?.cancel() }
  }
  const calls = Array.from({ length: 50 }, () => check())
  await expect.poll(() => timesOpen(path)).toBeGreaterThan(0)
  await upload(honest.client, source('a.bin', randomBytes(3 * MIB)))
  expect(timesOpen(path)).toBeLessThanOrEqual(4)
  for (const call of calls) call.cancel()
  await expect.poll(() => timesOpen(path)).toBe(0)

  await check(300).ended
  await expect.poll(() => timesOpen(path)).toBe(0)

  const last = check()
  await expect.poll(() => timesOpen(path)).toBe(1)
  await revokeDevice(stateDirectory, evil.device.id)
  await receiver.lookAtDevices()
  expect(await last.ended).toBe('UNAUTHENTICATED NO_TOKEN')
  await expect.poll(() => timesOpen(path)).toBe(0)
})

test('SKIP_SAME compared as many files at once as were begun, and went on when its caller was gone', async (context) => {
  if (!existsSync('/proc/self/fd')) return context.skip('Which files are open cannot be seen here.')
  const { device, directory } = await secured()
  const [evil, honest] = [await device({ folder: ['evil'] }), await device({ folder: ['honest'] })]
  await upload(evil.client, source('same.bin', randomBytes(1000)))
  const path = join(directory, 'evil/same.bin')
  await truncate(path, HUGE_BYTES)
  const calls = Array.from({ length: 50 }, (_, index) =>
    evil.client.beginUpload(
      {
        uploadKey: `skip-same-key-${1000 + index}`,
        path: ['same.bin'],
        size: HUGE_BYTES,
        modifiedAtMs: 1,
        onConflict: 'SKIP_SAME',
        sha256: 'a'.repeat(64),
      },
      () => undefined,
    ),
  )
  await expect.poll(() => timesOpen(path)).toBeGreaterThan(0)
  await upload(honest.client, source('a.bin', randomBytes(3 * MIB)))
  expect(timesOpen(path)).toBeLessThanOrEqual(4)
  for (const call of calls) call.cancel()
  await expect.poll(() => timesOpen(path)).toBe(0)
})

test('strangers filled the log, and hid in it what a device was refused', async () => {
  const path = join(tempDir(), 'log')
  const log = openLog('info', openSync(path, 'w'))
  const { client, device } = await secured(undefined, { onCall: log.call })
  const { client: known } = await device()
  for (let call = 0; call < 500; call++)
    await refusalOf(asked((done) => client.makeFolder({ path: ['x'.repeat(1000)] }, done)))
  for (let call = 0; call < 30; call++) await refusalOf(asked((done) => known.makeFolder({ path: ['..'] }, done)))
  log.flush()
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n')
  const refused = lines.map((line) => JSON.parse(line) as { readonly device?: string; readonly msg: string })
  expect(refused.filter(({ device: id }) => id !== undefined)).toHaveLength(30)
  expect(lines.length).toBeLessThan(200)
  expect(refused.at(-1)?.msg).toMatch(/^\d+ more calls of callers without a token in the last \d+ s$/)
  expect(Math.max(...lines.map((line) => line.length))).toBeLessThan(1000)
})

test('one error that a device could cause again and again filled the log', () => {
  const path = join(tempDir(), 'log')
  const log = openLog('info', openSync(path, 'w'))
  for (let call = 0; call < 500; call++) log.trouble(new Error(`It could not read ${'x'.repeat(call * 100)}.`))
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n')
  expect(lines.length).toBeLessThanOrEqual(40)
})
