import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { becomeSmallDisk } from '../fixtures/small-disk.ts'
import { openEmbeddedLedger } from './embedded.ts'
import type { Ledger, UploadRecord } from './ledger.ts'

const record = (fileId: string): UploadRecord => ({
  fileId,
  origin: { kind: 'begun', uploadKey: `key-of-${fileId}` },
  path: ['a.bin'],
  askedPath: ['a.bin'],
  sizeBytes: 100,
  modifiedAtMs: undefined,
  onConflict: 'KEEP_BOTH',
  generation: 1,
  state: { kind: 'receiving' },
})

const unexpectedDamage = (error: unknown) => expect.unreachable(String(error))

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'longshore-ledger-'))
  onTestFinished(() => rm(path, { recursive: true }))
  return path
}

async function opened(path: string): Promise<Ledger> {
  const ledger = await openEmbeddedLedger(path, unexpectedDamage)
  onTestFinished(() => ledger.close())
  return ledger
}

async function startsOf(ledger: Ledger, fileId: string): Promise<number[]> {
  const starts: number[] = []
  for await (const { start } of ledger.chunks.list(fileId)) starts.push(start)
  return starts
}

test('uploads and chunks are there after closing and opening, chunks in the order of the file', async () => {
  const path = await folder()
  const before = await openEmbeddedLedger(path, unexpectedDamage)
  await before.uploads.save(record('a'), { durable: true })
  for (const start of [900, 5, 2 ** 53 - 10, 10_000]) await before.chunks.save('a', { start, end: start + 5, crc32: 7 })
  await before.chunks.save('ab', { start: 1, end: 2, crc32: 0 })
  await before.close()

  const after = await opened(path)
  expect(await after.uploads.findByKey('key-of-a', undefined)).toMatchObject({
    fileId: 'a',
    state: { kind: 'receiving' },
  })
  expect(await startsOf(after, 'a')).toEqual([5, 900, 10_000, 2 ** 53 - 10])
  expect(await after.chunks.find('a', 900)).toEqual({ start: 900, end: 905, crc32: 7 })
})

test('a finished upload is found but is not among the unfinished, and a forgotten one leaves nothing', async () => {
  const ledger = await opened(await folder())
  for (const fileId of ['a', 'b', 'c']) await ledger.uploads.save(record(fileId))
  await ledger.chunks.save('b', { start: 0, end: 1, crc32: 0 })
  const finished = { kind: 'finished', storedAs: ['a.bin'], md5: '' } as const
  await ledger.uploads.save({ ...record('a'), state: finished }, { durable: true, forgetChunks: true })
  await ledger.uploads.forget(record('b'))

  const unfinished: string[] = []
  for await (const { fileId } of ledger.uploads.unfinished()) unfinished.push(fileId)
  expect(unfinished).toEqual(['c'])
  expect(await ledger.uploads.find('a')).toMatchObject({ state: finished })
  expect(await ledger.uploads.findByKey('key-of-b', undefined)).toBeUndefined()
  expect(await startsOf(ledger, 'b')).toEqual([])
})

test('a checkpoint is replaced, and forgets chunks in the same step; forgetting the chunks forgets it', async () => {
  const ledger = await opened(await folder())
  const durable = [
    { start: 0, end: 10 },
    { start: 20, end: 2 ** 53 - 1 },
  ]
  expect(await ledger.checkpoints.find('a')).toEqual([])
  for (const start of [0, 10, 20]) await ledger.chunks.save('a', { start, end: start + 10, crc32: 1 })
  await ledger.checkpoints.save('a', [{ start: 0, end: 30 }])
  await ledger.checkpoints.save('a', durable, { forgetChunks: [10] })
  expect(await ledger.checkpoints.find('a')).toEqual(durable)
  expect(await startsOf(ledger, 'a')).toEqual([0, 20])

  await ledger.uploads.save(record('a'), { forgetChunks: true })
  expect(await ledger.checkpoints.find('a')).toEqual([])
  await ledger.checkpoints.save('a', durable)
  await ledger.uploads.forget(record('a'))
  expect(await ledger.checkpoints.find('a')).toEqual([])
})

test('a second one on the same folder is refused', async () => {
  const path = await folder()
  await opened(path)
  await expect(openEmbeddedLedger(path, unexpectedDamage)).rejects.toThrow('Another receiver is using this ledger.')
})

test('[F3] after a full disk, what was acknowledged before and after it is there, and nothing else was', async (context) => {
  const path = await folder()
  becomeSmallDisk(path, 1, context)
  const ballast = join(path, 'ballast')
  await writeFile(ballast, Buffer.alloc(400_000))
  const ledger = await openEmbeddedLedger(join(path, 'ledger'), unexpectedDamage)
  const acknowledged: number[] = []
  const save = async (start: number) => {
    await ledger.chunks.save('a', { start, end: start + 1, crc32: 1 })
    acknowledged.push(start)
  }
  const failures: unknown[] = []
  for (let start = 0; failures.length < 20; start++) await save(start).catch(({ code }) => failures.push(code))
  await rm(ballast)
  for (let start = 50_000; start < 50_100; start++) await save(start)
  await ledger.close()

  expect(new Set(failures)).toEqual(new Set(['DISK_FULL']))
  expect(acknowledged).toContain(50_099)
  const after = await openEmbeddedLedger(join(path, 'ledger'), unexpectedDamage)
  const kept = new Set(await startsOf(after, 'a'))
  await after.close()
  expect(acknowledged.filter((start) => !kept.has(start))).toEqual([])
})
