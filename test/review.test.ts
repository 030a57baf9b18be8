import { createServer } from 'node:net'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { listenOnLoopback } from './support/listen.ts'
import { makeFile } from './support/made-file.ts'
import { memoryResumeStore } from './support/memory-resume-store.ts'
import { tempDir } from './support/temp-dir.ts'
import { untilKind, withEngine } from './support/with-engine.ts'
import { withReceiver } from './support/with-receiver.ts'

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
