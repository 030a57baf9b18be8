import {
  appendFileSync,
  chmodSync,
  existsSync,
  linkSync,
  mkdtempSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, expect, onTestFinished, test } from 'vitest'
import { createSmallFileReader } from './small-file.ts'
import { isSameFile, openSource, readIdentity } from './source.ts'

const reader = createSmallFileReader()
afterAll(() => reader.close())

/** Seconds since 1970; whole, so that it can be restored. */
const SOME_TIME = 1_700_000_000

let folder: string
let path: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'longshore-source-'))
  path = join(folder, 'a.bin')
  writeFileSync(path, 'what was queued')
  utimesSync(path, SOME_TIME, SOME_TIME)
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

async function opened(at = path) {
  const source = await openSource(at, await readIdentity(at))
  onTestFinished(() => source.close())
  return source
}

/** Other content of the same length, with the time as it was. */
function rewriteUnseen(at: string): void {
  writeFileSync(at, 'what was Queued')
  utimesSync(at, SOME_TIME, SOME_TIME)
}

test('a file that nobody touched is unchanged', async () => {
  const source = await opened()
  expect((await source.read(5, 8)).toString()).toBe('was')
  await source.assertEnd()
  await source.assertUnchanged()
})

test.each([
  ['grew', () => appendFileSync(path, '!'), 'SOURCE_CHANGED'],
  ['was cut off', () => truncateSync(path, 3), 'SOURCE_CHANGED'],
  [
    'was replaced by another of the same content and time',
    () => {
      renameSync(path, `${path}.old`)
      writeFileSync(path, 'what was queued')
      utimesSync(path, SOME_TIME, SOME_TIME)
    },
    'SOURCE_CHANGED',
  ],
  ['was rewritten and its time restored', () => rewriteUnseen(path), 'SOURCE_TOUCHED'],
  [
    'was rewritten over another name of it and its time restored',
    () => {
      linkSync(path, `${path}.hard`)
      rewriteUnseen(`${path}.hard`)
    },
    'SOURCE_TOUCHED',
  ],
  ['got other rights', () => chmodSync(path, 0o600), 'SOURCE_TOUCHED'],
  ['was removed', () => unlinkSync(path), 'SOURCE_MISSING'],
])('a file that %s while it is read says so', async (_what, change, reason) => {
  const source = await opened()
  change()
  await expect(source.assertUnchanged()).rejects.toMatchObject({ reason })
})

test('a link that leads to another file than before says so, in this run and in the next', async () => {
  const link = join(folder, 'link')
  symlinkSync('a.bin', link)
  const identity = await readIdentity(link)
  const source = await opened(link)
  writeFileSync(join(folder, 'b.bin'), 'what was queued')
  unlinkSync(link)
  symlinkSync('b.bin', link)
  await expect(source.assertUnchanged()).rejects.toMatchObject({ reason: 'SOURCE_CHANGED' })
  await expect(openSource(link, identity)).rejects.toMatchObject({ reason: 'SOURCE_CHANGED' })
  await expect(reader.read(link, identity)).rejects.toMatchObject({ reason: 'SOURCE_CHANGED' })
})

test('a change within the same millisecond is a change, but not for what an earlier version saved', async () => {
  const identity = await readIdentity(path)
  const { modifiedAtNs = '0', ...earlier } = identity
  const later = { ...identity, modifiedAtNs: String(BigInt(modifiedAtNs) + 1n) }
  expect(isSameFile(identity, later)).toBe(false)
  expect(isSameFile(earlier, later)).toBe(true)
  await expect(openSource(path, later)).rejects.toMatchObject({ reason: 'SOURCE_CHANGED' })
})

test('a file that has just been written can be read, and what is written next shows', async () => {
  rewriteUnseen(path)
  const identity = await readIdentity(path)
  const source = await openSource(path, identity)
  onTestFinished(() => source.close())
  rewriteUnseen(path)
  await expect(source.assertUnchanged()).rejects.toMatchObject({ reason: 'SOURCE_TOUCHED' })
})

const madeUp = ['/proc/cpuinfo', '/proc/self/status', '/sys/kernel/mm/transparent_hugepage/enabled'].filter(existsSync)

test.skipIf(madeUp.length === 0).each(madeUp)(
  '%s, of which the system does not tell the true size, is not read as if it did',
  async (file) => {
    const identity = await readIdentity(file)
    const untold = { reason: 'SIZE_NOT_TOLD', remedy: 'stop' }
    await expect(reader.read(file, identity)).rejects.toMatchObject(untold)
    await expect(openSource(file, identity)).rejects.toMatchObject(untold)
  },
)

test('what is a folder by now is not taken for a file', async () => {
  await expect(readIdentity(folder)).rejects.toMatchObject({ reason: 'NOT_A_FILE' })
})
