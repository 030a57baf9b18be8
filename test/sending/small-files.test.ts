import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { CHUNK_BYTES } from '../../proto/limits.ts'
import { addTo } from '../support/add-to.ts'
import { heldReceiver } from '../support/held-receiver.ts'
import { makeFile, md5OfFile } from '../support/made-file.ts'
import { memoryResumeStore } from '../support/memory-resume-store.ts'
import { tempDir } from '../support/temp-dir.ts'
import { untilAll, untilKind, withEngine } from '../support/with-engine.ts'
import { withReceiver } from '../support/with-receiver.ts'

test('small and large files of one folder all arrive, and the queue forgets them', async () => {
  const [here, there] = [tempDir(), tempDir()]
  const names = smallFiles(here, 150)
  const md5 = makeFile(join(here, 'photos', 'film.bin'), 5 * CHUNK_BYTES + 3)
  const receiver = await withReceiver(there)
  const resumeStore = memoryResumeStore()
  const engine = await withEngine({ resumeStore })

  await addTo(engine, [join(here, 'photos')], { receiver: receiver.address })
  await untilKind(engine, 'done')

  for (const name of names) expect(md5OfFile(join(there, name)), name).toBe(md5OfFile(join(here, name)))
  expect(md5OfFile(join(there, 'photos/film.bin'))).toBe(md5)
  expect(resumeStore.records.size).toBe(0)
})

test('small files that are paused and cut off in the middle go on, each stored once', async () => {
  const here = tempDir()
  const names = smallFiles(here, 150)
  const { there, proxy, address } = await heldReceiver(40_000)
  const engine = await withEngine()
  const { ids } = await addTo(engine, [join(here, 'photos')], { receiver: address })
  await untilSome(engine, 8)
  engine.pause(ids)
  expect(engine.list().every(({ status }) => status.kind === 'paused' || status.kind === 'done')).toBe(true)
  proxy.release()
  proxy.cut()
  engine.resume(ids)
  const done = await untilKind(engine, 'done')

  expect(done.map(({ storedAs }) => storedAs).sort()).toEqual([...names].sort())
  for (const name of names) expect(md5OfFile(join(there, name)), name).toBe(md5OfFile(join(here, name)))
})

test('a small file that is cancelled in the middle leaves the queue, and the others arrive', async () => {
  const here = tempDir()
  smallFiles(here, 100)
  const { proxy, address } = await heldReceiver(40_000)
  const engine = await withEngine()
  await addTo(engine, [join(here, 'photos')], { receiver: address })
  await untilSome(engine, 8)
  const cancelled = engine
    .list()
    .filter(({ status }) => status.kind === 'sending')
    .slice(0, 3)
  engine.cancel(cancelled.map(({ id }) => id))
  proxy.release()
  const done = await untilAll(engine, ({ status }) => status.kind === 'done')

  expect(cancelled).toHaveLength(3)
  expect(done).toHaveLength(97)
})

/** Waits until so many uploads are under way at the same time, which only small files are that go together. */
async function untilSome(engine: Awaited<ReturnType<typeof withEngine>>, count: number): Promise<void> {
  await new Promise<void>((resolve) => {
    const look = (): void => {
      if (engine.list().filter(({ status }) => status.kind === 'sending').length < count) return
      stop()
      resolve()
    }
    const stop = engine.onChange(look)
    look()
  })
}

function smallFiles(here: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => {
    const name = `photos/${index}.txt`
    mkdirSync(join(here, 'photos'), { recursive: true })
    writeFileSync(join(here, name), Buffer.alloc(500 + index * 7, index))
    return name
  })
}
