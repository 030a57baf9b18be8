import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { CHUNK_BYTES } from '../../proto/limits.ts'
import { addTo } from '../support/add-to.ts'
import { makeFile, md5OfFile } from '../support/made-file.ts'
import { tempDir } from '../support/temp-dir.ts'
import { untilKind, withEngine } from '../support/with-engine.ts'
import { withReceiver } from '../support/with-receiver.ts'

const sizes = [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 2 * CHUNK_BYTES + 1, 37 * CHUNK_BYTES + 12_345]

test.each(sizes)('[C10 C11] a file of %i bytes arrives whole, verified, with its time', async (size) => {
  const [here, there] = [tempDir(), tempDir()]
  const md5 = makeFile(join(here, 'file.bin'), size)
  utimesSync(join(here, 'file.bin'), 1_500_000_000, 1_500_000_000)
  const receiver = await withReceiver(there)
  const engine = await withEngine()
  await addTo(engine, [join(here, 'file.bin')], { receiver: receiver.address })
  const [done] = await untilKind(engine, 'done')
  expect(done).toMatchObject({ storedAs: 'file.bin', digest: { hex: md5 }, bytesSent: size })
  expect(md5OfFile(join(there, 'file.bin'))).toBe(md5)
  expect(Math.round(statSync(join(there, 'file.bin')).mtimeMs / 1000)).toBe(1_500_000_000)
})

test('a folder arrives with its tree, empty folders included, and names of every language', async () => {
  const [here, there] = [tempDir(), tempDir()]
  const names = ['a.txt', 'sub dir/b #%.bin', 'sub dir/深い/ünï 😀.dat', 'zero']
  for (const [seed, name] of names.entries()) makeFile(join(here, 'photos', name), seed * 1000, seed + 1)
  mkdirSync(join(here, 'photos/empty/inside'), { recursive: true })
  const receiver = await withReceiver(there)
  const engine = await withEngine()
  const { ids, skipped } = await addTo(engine, [join(here, 'photos')], {
    receiver: receiver.address,
    into: ['2026', 'May'],
  })
  expect(skipped).toEqual([])
  expect(ids).toHaveLength(names.length + 1)
  await untilKind(engine, 'done')
  for (const name of names) {
    expect(md5OfFile(join(there, '2026/May/photos', name))).toBe(md5OfFile(join(here, 'photos', name)))
  }
  expect(statSync(join(there, '2026/May/photos/empty/inside')).isDirectory()).toBe(true)
})

test('several senders and files at once do not disturb each other', async () => {
  const [here, there] = [tempDir(), tempDir()]
  const receiver = await withReceiver(there)
  const engines = await Promise.all([1, 2, 3].map(() => withEngine()))
  for (const [index, engine] of engines.entries()) {
    const names = [0, 1, 2, 3, 4, 5].map((file) => `${index}-${file}.bin`)
    for (const name of names) makeFile(join(here, name), 3_000_000 + index, index * 10 + names.indexOf(name))
    await addTo(
      engine,
      names.map((name) => join(here, name)),
      { receiver: receiver.address },
    )
  }
  await Promise.all(engines.map((engine) => untilKind(engine, 'done')))
  for (const name of readdirSync(here)) expect(md5OfFile(join(there, name)), name).toBe(md5OfFile(join(here, name)))
})

test('[D7] a taken name is kept, replaced or refused, as the sender asked', async () => {
  const [here, there] = [tempDir(), tempDir()]
  const old = makeFile(join(there, 'a.bin'), 1000, 1)
  const fresh = makeFile(join(here, 'a.bin'), 2000, 2)
  const receiver = await withReceiver(there)
  const source = [join(here, 'a.bin')]

  const refusing = await withEngine()
  await addTo(refusing, source, { receiver: receiver.address, onConflict: 'refuse' })
  expect(await untilKind(refusing, 'failed')).toMatchObject([{ reason: 'TARGET_EXISTS' }])
  expect(md5OfFile(join(there, 'a.bin'))).toBe(old)

  const keeping = await withEngine()
  await addTo(keeping, source, { receiver: receiver.address })
  expect(await untilKind(keeping, 'done')).toMatchObject([{ storedAs: 'a (2).bin', digest: { hex: fresh } }])
  expect(md5OfFile(join(there, 'a.bin'))).toBe(old)

  const replacing = await withEngine()
  await addTo(replacing, source, { receiver: receiver.address, onConflict: 'overwrite' })
  expect(await untilKind(replacing, 'done')).toMatchObject([{ storedAs: 'a.bin', digest: { hex: fresh } }])
  expect(md5OfFile(join(there, 'a.bin'))).toBe(fresh)
})

test('[G6] what is no file is left out with a sentence, and nothing else suffers', async () => {
  const [here, there] = [tempDir(), tempDir()]
  makeFile(join(here, 'good.bin'), 10)
  const receiver = await withReceiver(there)
  const engine = await withEngine()
  const { skipped } = await addTo(engine, [join(here, 'missing.bin'), '/dev/null', join(here, 'good.bin')], {
    receiver: receiver.address,
  })
  expect(skipped).toMatchObject([
    { name: join(here, 'missing.bin'), reason: 'SOURCE_MISSING' },
    { name: '/dev/null', reason: 'NOT_A_FILE' },
  ])
  await untilKind(engine, 'done')
  expect(readFileSync(join(there, 'good.bin'))).toHaveLength(10)
  expect(existsSync(join(there, 'missing.bin'))).toBe(false)
})
