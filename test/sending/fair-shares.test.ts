import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { bytesStored, type UploadSnapshot } from '../../main/contract/contract.ts'
import type { Engine } from '../../main/engine/engine.ts'
import { addTo } from '../support/add-to.ts'
import { makeFile } from '../support/made-file.ts'
import { tempDir } from '../support/temp-dir.ts'
import { untilAll, withEngine } from '../support/with-engine.ts'
import { withReceiver } from '../support/with-receiver.ts'

const MIB = 1024 ** 2

/** Resolves with the uploads as soon as what they are together fits. Fails after half a minute. */
function until(
  engine: Engine,
  fits: (uploads: readonly UploadSnapshot[]) => boolean,
): Promise<readonly UploadSnapshot[]> {
  return untilAll(engine, () => fits(engine.list()))
}

const named = (uploads: readonly UploadSnapshot[], name: string): UploadSnapshot | undefined =>
  uploads.find((upload) => upload.name === name)

test('three uploads of very different sizes get equal shares of one limit', async () => {
  const here = tempDir()
  const sizes = { 'one-lane.bin': 3.9 * MIB, 'two-lanes.bin': 7 * MIB, 'four-lanes.bin': 40 * MIB }
  for (const [name, bytes] of Object.entries(sizes)) makeFile(join(here, name), Math.floor(bytes))
  const { address } = await withReceiver(tempDir())
  const engine = await withEngine()
  engine.limitRate(3 * MIB)
  await addTo(
    engine,
    Object.keys(sizes).map((name) => join(here, name)),
    { receiver: address },
  )

  const stored = (uploads: readonly UploadSnapshot[]) => uploads.map(bytesStored)
  const uploads = await until(engine, (now) => stored(now).reduce((sum, bytes) => sum + bytes, 0) >= 8 * MIB)

  const total = stored(uploads).reduce((sum, bytes) => sum + bytes, 0)
  for (const bytes of stored(uploads)) expect(Math.abs((bytes * 3) / total - 1)).toBeLessThan(0.25)
})

test('small files do not wait behind huge ones that were there before them and took every slot', async () => {
  const here = tempDir()
  const huge = ['a.bin', 'b.bin', 'c.bin', 'd.bin'].map((name) => join(here, name))
  for (const file of huge) makeFile(file, 8 * MIB)
  mkdirSync(join(here, 'notes'))
  for (let index = 0; index < 20; index++) writeFileSync(join(here, 'notes', `${index}.txt`), 'small')
  const { address } = await withReceiver(tempDir())
  const engine = await withEngine()
  engine.limitRate(1 * MIB)
  await addTo(engine, [...huge, join(here, 'notes')], { receiver: address })

  const uploads = await until(engine, (now) => now.filter(({ status }) => status.kind === 'done').length === 20)

  expect(uploads.filter(({ status }) => status.kind === 'done').every(({ name }) => name.endsWith('.txt'))).toBe(true)
})

test('many small files together and one huge one get equal shares of one limit', async () => {
  const here = tempDir()
  makeFile(join(here, 'huge.bin'), 40 * MIB)
  mkdirSync(join(here, 'photos'))
  for (let index = 0; index < 200; index++)
    writeFileSync(join(here, 'photos', `${index}.jpg`), Buffer.alloc(60_000, index))
  const { address } = await withReceiver(tempDir())
  const engine = await withEngine()
  engine.limitRate(3 * MIB)
  await addTo(engine, [join(here, 'huge.bin'), join(here, 'photos')], { receiver: address })

  const photos = (now: readonly UploadSnapshot[]) =>
    now.filter(({ name, status }) => name.endsWith('.jpg') && status.kind === 'done').length * 60_000
  const uploads = await until(engine, (now) => photos(now) >= 6_000_000)

  const hugeUpload = named(uploads, 'huge.bin')
  const hugeBytes = hugeUpload === undefined ? 0 : bytesStored(hugeUpload)
  expect(Math.abs((hugeBytes * 2) / (hugeBytes + photos(uploads)) - 1)).toBeLessThan(0.25)
})

test('an upload that is moved up while others run begins next', async () => {
  const here = tempDir()
  const names = ['a.bin', 'b.bin', 'c.bin', 'd.bin', 'e.bin']
  for (const [index, name] of names.entries()) makeFile(join(here, name), MIB, index + 1)
  const { address } = await withReceiver(tempDir())
  const engine = await withEngine({ options: { filesAtOnce: 1 } })
  engine.limitRate(2 * MIB)
  const { ids } = await addTo(
    engine,
    names.map((name) => join(here, name)),
    { receiver: address },
  )
  await until(engine, (now) => now.some((upload) => bytesStored(upload) > 0))

  engine.move([ids[3] as string], ids[1])
  engine.move([ids[4] as string], undefined)
  engine.limitRate(undefined)
  const done = await untilAll(engine, ({ status }) => status.kind === 'done')

  // One at a time, so they end in the order in which they began.
  const endedAtMs = ({ status }: UploadSnapshot) => (status.kind === 'done' ? status.finishedAtMs : 0)
  const ended = done.toSorted((one, other) => endedAtMs(one) - endedAtMs(other))
  expect(ended.map(({ name }) => name)).toEqual(['a.bin', 'd.bin', 'b.bin', 'c.bin', 'e.bin'])
})
