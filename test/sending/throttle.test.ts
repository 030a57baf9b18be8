import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { bytesStored } from '../../main/contract/contract.ts'
import type { Engine } from '../../main/engine/engine.ts'
import { addTo } from '../support/add-to.ts'
import { makeFile, md5OfFile } from '../support/made-file.ts'
import { tempDir } from '../support/temp-dir.ts'
import { untilAll, untilKind, withEngine } from '../support/with-engine.ts'
import { withReceiver } from '../support/with-receiver.ts'

const MIB = 1024 ** 2

test('a limit is never exceeded by more than five percent, with many connections and files', async () => {
  const [here, there] = [tempDir(), tempDir()]
  const files = ['a.bin', 'b.bin', 'c.bin'].map((name) => join(here, name))
  for (const file of files) makeFile(file, 4 * MIB)
  const { address } = await withReceiver(there)
  const engine = await withEngine()
  engine.limitRate(4 * MIB)

  const startedAtMs = performance.now()
  await addTo(engine, files, { receiver: address })
  await untilKind(engine, 'done')

  expect((performance.now() - startedAtMs) / 1000).toBeGreaterThan((12 / 4) * 0.95 - 0.1)
})

test('a limit counts for small files, too, and one receiver’s for that receiver only', async () => {
  const here = tempDir()
  const [slow, fast] = await Promise.all([withReceiver(tempDir()), withReceiver(tempDir())])
  mkdirSync(join(here, 'photos'))
  for (let index = 0; index < 60; index++)
    writeFileSync(join(here, 'photos', `${index}.bin`), Buffer.alloc(10_000, index))
  const engine = await withEngine()
  engine.limitRate(200_000, slow.address)

  const startedAtMs = performance.now()
  await addTo(engine, [join(here, 'photos')], { receiver: slow.address })
  await untilKind(engine, 'done')
  const slowSeconds = (performance.now() - startedAtMs) / 1000
  engine.clear(engine.list().map(({ id }) => id))
  await addTo(engine, [join(here, 'photos')], { receiver: fast.address })
  await untilKind(engine, 'done')

  expect(slowSeconds).toBeGreaterThan((600_000 / 200_000) * 0.95 - 0.1)
})

test('a limit that is lifted, or set lower, counts at once for what is on its way', async () => {
  const [here, there] = [tempDir(), tempDir()]
  const md5 = makeFile(join(here, 'film.mov'), 64 * MIB)
  const { address } = await withReceiver(there)
  const engine = await withEngine()
  engine.limitRate(100_000)
  await addTo(engine, [join(here, 'film.mov')], { receiver: address })
  await untilAll(engine, (upload) => bytesStored(upload) > 0)

  expect(storedBytes(engine)).toBeLessThan(2 * MIB)
  engine.limitRate(undefined)
  await untilKind(engine, 'done')

  expect(md5OfFile(join(there, 'film.mov'))).toBe(md5)
})

test.each([0, 9_999, -1, Number.NaN])('a limit of %d is refused with a sentence that names it', async (limit) => {
  const engine = await withEngine()
  expect(() => engine.limitRate(limit)).toThrow(`at least 10000 bytes a second, got \`${limit}\``)
})

function storedBytes(engine: Engine): number {
  return engine.list().reduce((bytes, upload) => bytes + bytesStored(upload), 0)
}
