import { createServer } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Server, ServerCredentials } from '@grpc/grpc-js'
import { expect, onTestFinished, test } from 'vitest'
import { makeFile } from '../support/made-file.ts'
import { memoryResumeStore } from '../support/memory-resume-store.ts'
import { listenOnLoopback } from '../support/net/listen.ts'
import { tempDir } from '../support/temp-dir.ts'
import { untilKind, withEngine } from '../support/with-engine.ts'
import { withReceiver } from '../support/with-receiver.ts'

test('whoever reviews what was found decides what is queued of it, before anything is kept', async () => {
  const [here, there] = [tempDir(), tempDir()]
  const paths = ['a.bin', 'b.bin', 'c.bin'].map((name) => join(here, name))
  for (const [seed, path] of paths.entries()) makeFile(path, 1000, seed)
  const { address } = await withReceiver(there)
  const resumeStore = memoryResumeStore()
  const engine = await withEngine({ resumeStore })
  const seen: unknown[] = []
  const none = await engine.add([...paths, join(here, 'missing')], {
    receiver: address,
    async review(entries, skipped) {
      seen.push(
        entries.map(({ path }) => path.join('/')),
        skipped.map(({ reason }) => reason),
      )
      expect(await resumeStore.list()).toEqual([])
      return []
    },
  })
  expect(seen).toEqual([['a.bin', 'b.bin', 'c.bin'], ['SOURCE_MISSING']])
  expect(none.ids).toEqual([])
  expect([await resumeStore.list(), engine.list()]).toEqual([[], []])

  const { ids } = await engine.add(paths, {
    receiver: address,
    onConflict: 'refuse',
    review: async ([first, , last]) => [first, last].filter((entry) => entry !== undefined),
  })
  expect(ids).toHaveLength(2)
  expect((await untilKind(engine, 'done')).map(({ storedAs }) => storedAs)).toEqual(['a.bin', 'c.bin'])
})

test('a receiver tells its room; one that is off, silent or none at all tells nothing', async () => {
  const { address } = await withReceiver(tempDir())
  const silent = createServer(() => undefined)
  const port = await listenOnLoopback(silent)
  onTestFinished(() => void silent.close())
  const engine = await withEngine({
    routeTo: (receiver) => (receiver === 'off' ? undefined : { address: receiver, security: { kind: 'plaintext' } }),
  })
  expect(await engine.freeBytesOn(address)).toBeGreaterThan(0)
  expect(await engine.freeBytesOn('off')).toBeUndefined()
  expect(await engine.freeBytesOn('127.0.0.1:1')).toBeUndefined()
  expect(await engine.freeBytesOn(`127.0.0.1:${port}`)).toBeUndefined()
})

test('a receiver tells which names are taken, also of very many; one that is off or does not know the question tells nothing', async () => {
  const [here, there] = [tempDir(), tempDir()]
  const path = join(here, 'a.bin')
  makeFile(path, 1000)
  const { address } = await withReceiver(there)
  const engine = await withEngine()
  await engine.add([path], { receiver: address })
  await untilKind(engine, 'done')

  const asked = Array.from({ length: 2500 }, (_, n) => ({ path: ['many', `${n}`], sizeBytes: n }))
  const known = { path: ['a.bin'], sizeBytes: 1000 }
  const checked = await engine.checkNames(address, [
    known,
    ...asked,
    { ...known, sizeBytes: 1 },
    { path: ['..'], sizeBytes: 0 },
  ])
  expect(checked?.mayOverwrite).toBe(true)
  expect(checked?.names).toHaveLength(2503)
  expect(checked?.names.slice(0, 2)).toEqual([
    { kind: 'same-size', storedAs: 'a.bin' },
    { kind: 'free', storedAs: 'many/0' },
  ])
  expect(checked?.names.slice(-2)).toEqual([{ kind: 'taken', storedAs: 'a.bin' }, { kind: 'refused' }])

  expect(await engine.checkNames('127.0.0.1:1', [known])).toBeUndefined()
  const ignorant = new Server()
  onTestFinished(() => ignorant.forceShutdown())
  const bind = promisify(ignorant.bindAsync.bind(ignorant))
  const port = await bind('127.0.0.1:0', ServerCredentials.createInsecure())
  expect(await engine.checkNames(`127.0.0.1:${port}`, [known])).toBeUndefined()
})

test('a file that is in the queue already is not queued twice, until it is done', async () => {
  const [here, there] = [tempDir(), tempDir()]
  const path = join(here, 'a.bin')
  makeFile(path, 1000)
  const { address } = await withReceiver(there)
  const engine = await withEngine()
  const away = { receiver: '127.0.0.1:1' }
  expect(await engine.add([path], away)).toMatchObject({ skipped: [] })
  expect(await engine.add([path], away)).toEqual({
    ids: [],
    skipped: [{ name: path, reason: 'ALREADY_QUEUED', message: 'It is in the queue already.' }],
  })
  expect((await engine.add([path], { ...away, into: ['elsewhere'] })).ids).toHaveLength(1)
  for (let times = 1; times <= 2; times++) {
    expect((await engine.add([path], { receiver: address })).ids).toHaveLength(1)
    await expect.poll(() => engine.list().filter(({ status }) => status.kind === 'done')).toHaveLength(times)
  }
})

test('looking at what was added is told and can be stopped, and then nothing of it is queued', async () => {
  const here = tempDir()
  for (let n = 0; n < 500; n++) makeFile(join(here, `${n}.bin`), 1)
  const engine = await withEngine()
  const counts: number[] = []
  const controller = new AbortController()
  const added = await engine.add([here], {
    receiver: '127.0.0.1:1',
    signal: controller.signal,
    onFound(count) {
      counts.push(count)
      if (count === 100) controller.abort()
    },
  })
  expect(added).toEqual({ ids: [], skipped: [] })
  expect(counts).toEqual(Array.from({ length: 100 }, (_, n) => n + 1))
  expect(engine.list()).toEqual([])
})
