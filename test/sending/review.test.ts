import { createServer } from 'node:net'
import { join } from 'node:path'
import { Server } from '@grpc/grpc-js'
import { expect, onTestFinished, test } from 'vitest'
import { addTo } from '../support/add-to.ts'
import { makeFile } from '../support/made-file.ts'
import { memoryResumeStore } from '../support/memory-resume-store.ts'
import { bound } from '../support/net/bound.ts'
import { listenOnLoopback } from '../support/net/listen.ts'
import { tempDir } from '../support/temp-dir.ts'
import { untilKind, withEngine } from '../support/with-engine.ts'
import { withReceiver } from '../support/with-receiver.ts'

test('what was found is not queued by being found; whoever asked decides what is queued of it, before anything is kept', async () => {
  const [here, there] = [tempDir(), tempDir()]
  const paths = ['a.bin', 'b.bin', 'c.bin'].map((name) => join(here, name))
  for (const [seed, path] of paths.entries()) makeFile(path, 1000, seed)
  const { address: receiver } = await withReceiver(there)
  const resumeStore = memoryResumeStore()
  const engine = await withEngine({ resumeStore })
  const { entries, skipped } = await engine.find([...paths, join(here, 'missing')], { receiver })
  expect(entries.map(({ path }) => path.join('/'))).toEqual(['a.bin', 'b.bin', 'c.bin'])
  expect(skipped.map(({ reason }) => reason)).toEqual(['SOURCE_MISSING'])
  expect([await resumeStore.list(), engine.list()]).toEqual([[], []])
  expect(await engine.queue([], { receiver })).toEqual([])
  expect([await resumeStore.list(), engine.list()]).toEqual([[], []])

  const [first, , last] = entries
  const wanted = [first, last].filter((entry) => entry !== undefined)
  expect(await engine.queue(wanted, { receiver, onConflict: 'refuse' })).toHaveLength(2)
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
  await addTo(engine, [path], { receiver: address })
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
  const port = await bound(new Server())
  expect(await engine.checkNames(`127.0.0.1:${port}`, [known])).toBeUndefined()
})

test('a file that is in the queue already is not queued twice, until it is done', async () => {
  const [here, there] = [tempDir(), tempDir()]
  const path = join(here, 'a.bin')
  makeFile(path, 1000)
  const { address } = await withReceiver(there)
  const engine = await withEngine()
  const away = { receiver: '127.0.0.1:1' }
  expect(await addTo(engine, [path], away)).toMatchObject({ skipped: [] })
  expect(await addTo(engine, [path], away)).toEqual({
    ids: [],
    skipped: [{ name: path, reason: 'ALREADY_QUEUED', message: 'It is in the queue already.' }],
  })
  expect((await addTo(engine, [path], { ...away, into: ['elsewhere'] })).ids).toHaveLength(1)
  for (let times = 1; times <= 2; times++) {
    expect((await addTo(engine, [path], { receiver: address })).ids).toHaveLength(1)
    await expect.poll(() => engine.list().filter(({ status }) => status.kind === 'done')).toHaveLength(times)
  }
})

test('looking for what is added is told and can be stopped, and then nothing of it is queued', async () => {
  const here = tempDir()
  for (let n = 0; n < 500; n++) makeFile(join(here, `${n}.bin`), 1)
  const engine = await withEngine()
  const counts: number[] = []
  const controller = new AbortController()
  const onFound = (count: number): void => {
    counts.push(count)
    if (count === 100) controller.abort()
  }
  const found = await engine.find([here], { receiver: '127.0.0.1:1', onFound }, controller.signal)
  expect(found).toEqual({ entries: [], skipped: [] })
  expect(counts).toEqual(Array.from({ length: 100 }, (_, n) => n + 1))
  expect(engine.list()).toEqual([])
})
