import { appendFileSync, existsSync, readdirSync, renameSync, statSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { plaintextRoute } from '../../main/engine/net/route.ts'
import { createHashTasks } from '../../main/engine/source/hash-tasks.ts'
import { CHUNK_BYTES } from '../../proto/limits.ts'
import { addTo } from '../support/add-to.ts'
import { makeFile, md5OfFile } from '../support/made-file.ts'
import { memoryResumeStore } from '../support/memory-resume-store.ts'
import { startProxy } from '../support/net/proxy.ts'
import { tempDir } from '../support/temp-dir.ts'
import { type StatusOf, untilAll, untilKind, withEngine } from '../support/with-engine.ts'
import { withReceiver } from '../support/with-receiver.ts'

const SIZE = 40 * CHUNK_BYTES
/** All that may be on its way unacknowledged: four lanes with four chunks each. */
const IN_FLIGHT = 16 * CHUNK_BYTES

/** A file on its way to a receiver behind a proxy that lets a quarter of it through and then holds. */
async function heldUpload(options: { size?: number; hashedAgainBytes?: number } = {}) {
  const [here, there] = [tempDir(), tempDir()]
  const source = join(here, 'film.bin')
  const md5 = makeFile(source, options.size ?? SIZE)
  const receiver = await withReceiver(there)
  const proxy = await startProxy(() => receiver.port)
  const resumeStore = memoryResumeStore()
  const { hashedAgainBytes } = options
  const engine = await withEngine({ resumeStore, options: hashedAgainBytes === undefined ? {} : { hashedAgainBytes } })
  proxy.holdAfter(SIZE / 4)
  const { ids } = await addTo(engine, [source], { receiver: `127.0.0.1:${proxy.port}` })
  await untilAll(engine, ({ status }) => status.kind === 'sending' && status.bytesStored >= SIZE / 8)
  return { here, there, source, md5, receiver, proxy, resumeStore, engine, ids, stored: join(there, 'film.bin') }
}

test('a paused upload stays where it is, and going on sends only what was not acknowledged', async () => {
  const { engine, ids, proxy, md5, stored } = await heldUpload()
  engine.pause(ids)
  expect(engine.list()[0]?.status.kind).toBe('paused')
  proxy.release()
  const acknowledged = engine.list()[0]?.status
  engine.resume(ids)
  const [done] = await untilKind(engine, 'done')
  expect(md5OfFile(stored)).toBe(md5)
  expect(acknowledged).toMatchObject({ kind: 'paused' })
  expect(done?.bytesSent).toBeLessThanOrEqual(SIZE + IN_FLIGHT)
})

test('[A5] after the app is closed and opened again, the upload goes on by itself', async () => {
  const { engine, proxy, resumeStore, md5, stored } = await heldUpload()
  await engine.close()
  proxy.release()
  expect(resumeStore.records.size).toBe(1)
  const reopened = await withEngine({ resumeStore })
  const [done] = await untilKind(reopened, 'done')
  expect(md5OfFile(stored)).toBe(md5)
  expect(done?.bytesSent).toBeLessThanOrEqual(SIZE - SIZE / 8)
  expect(resumeStore.records.size).toBe(0)
})

test('[B1] a cut connection is mended by itself, without sending what was acknowledged', async () => {
  const { engine, proxy, md5, stored } = await heldUpload()
  proxy.release()
  proxy.cut()
  const [done] = await untilKind(engine, 'done')
  expect(md5OfFile(stored)).toBe(md5)
  expect(done?.bytesSent).toBeLessThanOrEqual(SIZE + IN_FLIGHT)
})

test('[A6] a receiver that was closed and started again gets the rest', async () => {
  const { engine, proxy, md5, stored, receiver, there } = await heldUpload()
  const closing = receiver.close()
  proxy.cut()
  await closing
  proxy.release()
  await untilKind(engine, 'interrupted')
  await withReceiver(there, { port: receiver.port })
  const [done] = await untilKind(engine, 'done')
  expect(md5OfFile(stored)).toBe(md5)
  expect(done?.bytesSent).toBeLessThanOrEqual(SIZE + IN_FLIGHT)
})

test('[B8] a bit flipped on the way is noticed, and only that chunk is sent again', async () => {
  const [here, there] = [tempDir(), tempDir()]
  const md5 = makeFile(join(here, 'a.bin'), SIZE)
  const receiver = await withReceiver(there)
  const proxy = await startProxy(() => receiver.port)
  const engine = await withEngine({ options: { connections: 1 } })
  // In the middle of the third chunk's data, far from any header.
  proxy.flipBitAt(Math.round(2.5 * CHUNK_BYTES))
  await addTo(engine, [join(here, 'a.bin')], { receiver: `127.0.0.1:${proxy.port}` })
  const [done] = await untilKind(engine, 'done')
  expect(md5OfFile(join(there, 'a.bin'))).toBe(md5)
  const sentAgain = (done?.bytesSent ?? 0) - SIZE
  expect(sentAgain).toBeGreaterThan(0)
  expect(sentAgain).toBeLessThanOrEqual(CHUNK_BYTES)
})

test('a receiver that is not there yet is waited for', async () => {
  const [here, there] = [tempDir(), tempDir()]
  const md5 = makeFile(join(here, 'a.bin'), 1000)
  const first = await withReceiver(there)
  await first.close()
  const engine = await withEngine()
  await addTo(engine, [join(here, 'a.bin')], { receiver: first.address })
  const [interrupted] = await untilKind(engine, 'interrupted')
  expect(interrupted).toMatchObject({ reason: 'UNREACHABLE', message: 'The receiver cannot be reached.' })
  await withReceiver(there, { port: first.port })
  engine.wake()
  await untilKind(engine, 'done')
  expect(md5OfFile(join(there, 'a.bin'))).toBe(md5)
})

test('[G3 G4] a file that changed while it was sent is never finished; retrying sends it as it is now', async () => {
  const { engine, proxy, source, ids, stored } = await heldUpload()
  appendFileSync(source, 'one more line')
  proxy.release()
  expect(await untilKind(engine, 'failed')).toMatchObject([{ reason: 'SOURCE_CHANGED' }])
  expect(existsSync(stored)).toBe(false)
  engine.retry(ids)
  await untilKind(engine, 'done')
  expect(md5OfFile(stored)).toBe(md5OfFile(source))
})

test('[G1] a source that is gone is waited for and named', async () => {
  const { engine, proxy, source, ids, md5, stored } = await heldUpload()
  engine.pause(ids)
  proxy.release()
  renameSync(source, `${source}.away`)
  engine.resume(ids)
  expect(await untilKind(engine, 'interrupted')).toMatchObject([{ reason: 'SOURCE_MISSING' }])
  renameSync(`${source}.away`, source)
  engine.wake()
  await untilKind(engine, 'done')
  expect(md5OfFile(stored)).toBe(md5)
})

test('a cancelled upload leaves nothing behind, here or on the receiver', async () => {
  const { engine, proxy, ids, there, resumeStore } = await heldUpload()
  proxy.release()
  engine.cancel(ids)
  expect(engine.list()).toEqual([])
  expect(resumeStore.records.size).toBe(0)
  await expect.poll(() => readdirSync(join(there, '.longshore/parts')), { timeout: 60_000 }).toEqual([])
})

test('the queue runs in its order, and moving an upload changes it', async () => {
  const [here, there] = [tempDir(), tempDir()]
  const receiver = await withReceiver(there)
  const arrived: string[] = []
  receiver.onStored(({ name }) => arrived.push(name))
  const engine = await withEngine({
    routeTo: () => (open ? plaintextRoute(receiver.address) : undefined),
    options: { filesAtOnce: 1 },
  })
  let open = false
  const names = ['a', 'b', 'c', 'd']
  for (const name of names) makeFile(join(here, name), 1000)
  const { ids } = await addTo(
    engine,
    names.map((name) => join(here, name)),
    { receiver: 'this-computer' },
  )
  await untilAll(engine, ({ name, status }) => name !== 'a' || status.kind === 'interrupted')
  engine.move([ids[3] as string], ids[0])
  open = true
  engine.wake()
  await untilKind(engine, 'done')
  expect(arrived).toEqual(['d', 'a', 'b', 'c'])
})

test('a resume after the app was closed goes on with the saved digest instead of hashing again', async () => {
  const { engine, proxy, resumeStore, md5, stored } = await heldUpload({ hashedAgainBytes: 0 })
  await engine.close()
  proxy.release()
  const [record] = [...resumeStore.records.values()]
  const hashed = record?.hashed
  if (record === undefined || hashed === undefined) throw new Error('Nothing was saved.')
  expect(hashed.hashedBytes).toBeGreaterThanOrEqual(SIZE / 8)
  // Only a digest that really goes on from its saved state notices that the state was spoiled, and then the file is
  // sent anew.
  const { prepare, take } = createHashTasks()
  await prepare('md5')
  const md5State = Buffer.from(take({ do: 'step', kind: 'md5', data: Buffer.alloc(0) }).state ?? []).toString('base64')
  await resumeStore.put([{ ...record, hashed: { ...hashed, md5State } }])
  const reopened = await withEngine({ resumeStore })
  const [done] = await untilKind(reopened, 'done')
  expect(done?.bytesSent).toBeGreaterThan(SIZE)
  expect(md5OfFile(stored)).toBe(md5)
})

test('what can be hashed again within seconds is hashed faster, and again after the app was closed', async () => {
  const { engine, proxy, resumeStore, md5, stored } = await heldUpload()
  await engine.close()
  proxy.release()
  expect([...resumeStore.records.values()][0]).not.toHaveProperty('hashed')
  const reopened = await withEngine({ resumeStore })
  const [done] = await untilKind(reopened, 'done')
  expect(done).toMatchObject({ digest: { hex: md5 } })
  expect(done?.bytesSent).toBeLessThanOrEqual(SIZE - SIZE / 8)
  expect(md5OfFile(stored)).toBe(md5)
})

test('[G5] content that was exchanged behind the same size and time is never stored as if it were the old', async () => {
  const { engine, proxy, resumeStore, source, stored } = await heldUpload()
  const times = statSync(source)
  await engine.close()
  proxy.release()
  const other = makeFile(source, SIZE, 99)
  utimesSync(source, times.atime, times.mtime)
  const reopened = await withEngine({ resumeStore })
  const [upload] = await untilAll(reopened, ({ status }) => status.kind === 'done' || status.kind === 'failed')
  if (upload?.status.kind === 'failed') {
    expect(existsSync(stored)).toBe(false)
    reopened.retry([upload.id])
    await untilKind(reopened, 'done')
  }
  expect(md5OfFile(stored)).toBe(other)
})

test('[A8] a computer that falls asleep stops at once, and goes on when it wakes up', async () => {
  const { engine, proxy, md5, stored } = await heldUpload()
  engine.sleep()
  expect(engine.list()[0]?.status).toMatchObject({ kind: 'interrupted', reason: 'ASLEEP' })
  proxy.release()
  engine.wake()
  const [done] = await untilKind(engine, 'done')
  expect(md5OfFile(stored)).toBe(md5)
  expect(done?.bytesSent).toBeLessThanOrEqual(SIZE + IN_FLIGHT)
})

test('with skip-same, a file that is there already is not sent again, and another of its size is kept beside it', async () => {
  const [here, there] = [tempDir(), tempDir()]
  const md5 = makeFile(join(here, 'a.bin'), 3_000_000)
  const receiver = await withReceiver(there)
  const engine = await withEngine()
  const add = async (): Promise<StatusOf<'done'> | undefined> => {
    await addTo(engine, [join(here, 'a.bin')], { receiver: receiver.address, onConflict: 'skip-same' })
    return (await untilKind(engine, 'done')).at(-1)
  }
  expect(await add()).toMatchObject({ storedAs: 'a.bin', bytesSent: 3_000_000 })
  expect(await add()).toMatchObject({ storedAs: 'a.bin', bytesSent: 0, digest: { hex: md5 } })
  makeFile(join(here, 'a.bin'), 3_000_000, 7)
  expect(await add()).toMatchObject({ storedAs: 'a (2).bin', bytesSent: 3_000_000 })
})
