import { appendFileSync, mkdirSync, mkdtempSync, rmSync, statSync, unlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createSmallFileReader } from './small-file.ts'
import { readIdentity } from './source.ts'

const reader = createSmallFileReader()
afterAll(() => reader.close())

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'longshore-small-file-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

/** A file of this content whose latest change is old enough to tell the next one from it. */
async function settled(name: string, content: string | Buffer): Promise<string> {
  const path = join(folder, name)
  writeFileSync(path, content)
  await vi.waitUntil(() => Date.now() - statSync(path).ctimeMs > 50)
  return path
}

test('files of one moment are read each with its own bytes, and one that is gone fails alone', async () => {
  const contents = ['one', '', 'three', 'four'.repeat(1000)]
  const paths = await Promise.all(contents.map((content, index) => settled(`${index}`, content)))
  const identities = await Promise.all(paths.map(readIdentity))
  unlinkSync(String(paths[2]))
  const reads = await Promise.allSettled(
    paths.map((path, index) => reader.read(path, identities[index] ?? { sizeBytes: 0, modifiedAtMs: 0, inode: '' })),
  )
  expect(reads.map((read) => (read.status === 'fulfilled' ? String(read.value.data) : read.reason.reason))).toEqual([
    'one',
    '',
    'SOURCE_MISSING',
    contents[3],
  ])
})

test('a file that is longer than it was, or another one, is not read as the one that was found', async () => {
  const path = await settled('a', 'queued')
  const identity = await readIdentity(path)
  appendFileSync(path, '!')
  await vi.waitUntil(() => Date.now() - statSync(path).ctimeMs > 50)
  await expect(reader.read(path, identity)).rejects.toMatchObject({ reason: 'SOURCE_CHANGED' })
  unlinkSync(path)
  mkdirSync(path)
  await expect(reader.read(path, identity)).rejects.toMatchObject({ name: 'UploadError' })
})

test('a file that changed after it was read says so, and one that is gone by then does not', async () => {
  const path = await settled('a', 'queued')
  const { data, assertUnchangedOrGone } = await reader.read(path, await readIdentity(path))
  expect(String(data)).toBe('queued')
  await assertUnchangedOrGone()
  writeFileSync(path, 'edited')
  await expect(assertUnchangedOrGone()).rejects.toMatchObject({ reason: 'SOURCE_CHANGED' })
  unlinkSync(path)
  await assertUnchangedOrGone()
})

test('without a thread files are read all the same', async () => {
  const closed = createSmallFileReader()
  await closed.close()
  const path = await settled('a', 'queued')
  const { data, assertUnchangedOrGone } = await closed.read(path, await readIdentity(path))
  expect(String(data)).toBe('queued')
  await assertUnchangedOrGone()
})
