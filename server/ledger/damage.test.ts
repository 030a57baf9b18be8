// @module-tag slow

import { randomInt } from 'node:crypto'
import { cp, mkdir, open, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { ClassicLevel } from 'classic-level'
import { expect, onTestFinished, test } from 'vitest'
import { tempDir } from '../../test/support/temp-dir.ts'
import { recordOf } from '../fixtures/ledger-conformance.ts'
import { openEmbeddedLedger } from './embedded.ts'
import type { Ledger } from './ledger.ts'

const UPLOADS = 50
const CHUNKS = 20

const idOf = (number: number) => `upload${String(number).padStart(3, '0')}`

/** A ledger of many uploads in a folder `ledger`, closed. */
async function ledgerFolder(): Promise<string> {
  const within = tempDir()
  const folder = join(within, 'ledger')
  const ledger = await openEmbeddedLedger(folder, unexpectedDamage)
  for (let number = 0; number < UPLOADS; number++) {
    await ledger.uploads.save(recordOf(idOf(number)))
    for (let start = 0; start < CHUNKS; start++)
      await ledger.chunks.save(idOf(number), { start, end: start + 1, crc32: 4_000_000_000 })
  }
  await ledger.close()
  return folder
}

const unexpectedDamage = (error: unknown) => expect.unreachable(String(error))

async function reopened(folder: string) {
  const damage: string[] = []
  const ledger = await openEmbeddedLedger(folder, (error) => damage.push(String(error)))
  onTestFinished(() => ledger.close())
  return { ledger, damage }
}

async function unfinishedOf(ledger: Ledger): Promise<string[]> {
  const fileIds: string[] = []
  for await (const { fileId } of ledger.uploads.unfinished()) fileIds.push(fileId)
  return fileIds
}

async function chunksIn(ledger: Ledger, fileId: string): Promise<number> {
  let chunks = 0
  for await (const { end } of ledger.chunks.list(fileId)) chunks += Math.min(1, end)
  return chunks
}

async function writeRecords(folder: string, records: Record<string, string>): Promise<void> {
  const database = new ClassicLevel(folder)
  for (const [key, value] of Object.entries(records)) await database.put(key, value)
  await database.close()
}

const bad = idOf(7)

test.each([
  ['is cut off', JSON.stringify(recordOf(bad)).slice(0, 40)],
  ['is zeros', '\0'.repeat(100)],
  ['is another upload', JSON.stringify(recordOf(idOf(8)))],
  ['is of another shape', JSON.stringify({ ...recordOf(bad), sizeBytes: -1 })],
  ['has a state that nobody knows', JSON.stringify({ ...recordOf(bad), state: { kind: 'melting' } })],
])('[A11] one upload whose record %s is set aside, and the others load', async (_, text) => {
  const folder = await ledgerFolder()
  await writeRecords(folder, { [`upload/${bad}`]: text })

  const { ledger, damage } = await reopened(folder)

  expect(await unfinishedOf(ledger)).toHaveLength(UPLOADS - 1)
  expect(damage).toEqual([
    `Error: The record upload/${bad} in the ledger was unreadable and is kept as corrupt/upload/${bad}.`,
  ])
  expect(await ledger.uploads.findByKey(`key-of-${bad}`, undefined)).toBeUndefined()
  expect(await chunksIn(ledger, bad)).toBe(0)
  expect(await chunksIn(ledger, idOf(8))).toBe(CHUNKS)
  await ledger.close()
  const database = new ClassicLevel(folder)
  expect(await database.get(`corrupt/upload/${bad}`)).toBe(text)
  await database.close()
  const again = await reopened(folder)
  expect(await unfinishedOf(again.ledger)).toHaveLength(UPLOADS - 1)
  expect(again.damage).toEqual([])
})

test('[A11] an unreadable chunk is unknown and an unreadable checkpoint is none; the rest of the upload stays', async () => {
  const folder = await ledgerFolder()
  await writeRecords(folder, { [`chunk/${bad}/0000000000000003`]: 'four 5', [`durable/${bad}`]: '5-3 9' })

  const { ledger, damage } = await reopened(folder)

  expect(await chunksIn(ledger, bad)).toBe(CHUNKS - 1)
  expect(await ledger.checkpoints.find(bad)).toEqual([])
  expect(damage).toHaveLength(2)
})

/** Writes garbage over the first file of a kind, from an offset on. */
async function overwrite(folder: string, name: RegExp, offset: number, garbage: Buffer): Promise<void> {
  const found = (await readdir(folder)).find((file) => name.test(file))
  const file = await open(join(folder, found ?? 'missing'), 'r+')
  await file.write(garbage, 0, garbage.length, offset)
  await file.close()
}

test.each([
  ['a table is damaged', (folder: string) => overwrite(folder, /\.ldb$/, 2000, Buffer.alloc(300, 7))],
  ['the manifest is garbage', (folder: string) => overwrite(folder, /^MANIFEST/, 0, Buffer.alloc(200, 9))],
  ['CURRENT is empty', (folder: string) => writeFile(join(folder, 'CURRENT'), '')],
  ['CURRENT is gone', (folder: string) => rm(join(folder, 'CURRENT'))],
] as const)('[A11] when %s, the database is repaired, and that is said', async (_, harm) => {
  const folder = await ledgerFolder()
  const database = new ClassicLevel(folder)
  await database.compactRange('a', 'z')
  await database.close()
  await harm(folder)

  const { ledger, damage } = await reopened(folder)
  const unfinished = await unfinishedOf(ledger)
  const chunksOfAll = () => Promise.all(unfinished.map((fileId) => chunksIn(ledger, fileId).catch(({ code }) => code)))
  const atOnce = await chunksOfAll()
  const later = await chunksOfAll()
  await ledger.chunks.save(bad, { start: 99, end: 100, crc32: 1 })

  expect(damage).toEqual([expect.stringContaining('was damaged and has been repaired')])
  expect(unfinished.length).toBeGreaterThan(0)
  expect(atOnce.filter((chunks) => typeof chunks === 'string' && chunks !== 'BUSY')).toEqual([])
  expect(later.every((chunks) => typeof chunks === 'number')).toBe(true)
  expect(later.filter((chunks) => chunks === CHUNKS).length).toBeGreaterThan(UPLOADS / 3)
})

test('[A11] a database that cannot be repaired is kept beside a fresh one, and that is said', async () => {
  const folder = await ledgerFolder()
  await overwrite(folder, /^MANIFEST/, 0, Buffer.alloc(200, 9))
  // A folder in the place of the file that repairing writes.
  await mkdir(join(folder, '000001.dbtmp'))

  const { ledger, damage } = await reopened(folder)

  expect(damage).toEqual([expect.stringMatching(/could not be repaired and is kept as .*ledger\.corrupt-\d{4}/)])
  expect(await unfinishedOf(ledger)).toEqual([])
  await ledger.uploads.save(recordOf('new'), { durable: true })
  const aside = (await readdir(join(folder, '..'))).filter((name) => name.startsWith('ledger.corrupt-'))
  expect(aside).toHaveLength(1)
  expect(await readdir(join(folder, '..', aside[0] ?? ''))).toContain('CURRENT')
})

test('[F11] a log whose end was cut off, zeroed or filled with garbage opens, and what it tells is true', {
  timeout: 60_000,
}, async () => {
  const seed = randomInt(2 ** 31)
  process.stdout.write(`damaged logs with seed ${seed}\n`)
  const random = randomFrom(seed)
  const pristine = await ledgerFolder()
  const log = (await readdir(pristine)).find((name) => name.endsWith('.log')) ?? ''
  const bytes = await readFile(join(pristine, log))
  expect(bytes.length).toBeGreaterThan(10_000)
  for (let variant = 0; variant < 60; variant++) {
    const folder = `${pristine}-${variant}`
    await cp(pristine, folder, { recursive: true })
    const from = Math.floor(random() * bytes.length)
    const tail = Buffer.from(bytes.subarray(from))
    if (variant % 3 === 1) tail.fill(0)
    if (variant % 3 === 2) for (let at = 0; at < tail.length; at++) tail[at] = Math.floor(random() * 256)
    await writeFile(
      join(folder, log),
      Buffer.concat([bytes.subarray(0, from), variant % 3 === 0 ? Buffer.alloc(0) : tail]),
    )

    const ledger = await openEmbeddedLedger(folder, () => {})
    const unfinished = await unfinishedOf(ledger)
    // The log is read to its last record that is whole, so the uploads that are known are the first ones.
    expect(unfinished, `variant ${variant}`).toEqual(unfinished.map((_, number) => idOf(number)))
    for (const fileId of unfinished.slice(0, -1))
      expect(await chunksIn(ledger, fileId), `variant ${variant}`).toBe(CHUNKS)
    await ledger.uploads.save(recordOf('new'))
    await ledger.close()
  }
})

/** Numbers from 0 to 1 that a seed repeats (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
