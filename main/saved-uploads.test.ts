import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Conf from 'conf'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { ResumeRecord } from './engine/resume-store.ts'
import { openSavedUploads } from './saved-uploads.ts'
import { STORE_OPTIONS } from './state-file.ts'

let directory: string
let told: string[]
let writes: number
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'saved-uploads-'))
  told = []
  writes = 0
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

function open() {
  return openSavedUploads({
    directory,
    openStore: (cwd, configName) => {
      const conf = new Conf({ ...STORE_OPTIONS, cwd, configName })
      conf.events.addEventListener('change', () => writes++)
      return conf
    },
    notify: (message) => told.push(message),
  })
}

function record(id: string, more: Partial<ResumeRecord> = {}): ResumeRecord {
  return {
    id,
    uploadKey: `key-of-${id}-000000`,
    source: `/photos/${id}.jpg`,
    identity: { sizeBytes: 10, modifiedAtMs: 1_700_000_000_000, inode: '42' },
    path: ['photos', `${id}.jpg`],
    receiver: 'nas:50051',
    onConflict: 'keep-both',
    rank: 1,
    ...more,
  }
}

test('records are there in the next run, whole and in order, and removed ones are not', async () => {
  const kept = [
    record('a.b', { held: 'paused', folder: { id: 'f', name: 'photos' } }),
    record('__proto__', { held: { reason: 'SOURCE_CHANGED', message: 'The file changed.' } }),
  ]
  const uploads = open()
  await uploads.put([...kept, record('gone')])
  const removed = uploads.remove(['gone', 'never-there'])
  uploads.flush()
  await removed
  expect(await open().list()).toEqual(kept)
  expect(told).toEqual([])
})

test('a later record of the same upload takes the place of the earlier one', async () => {
  const uploads = open()
  await uploads.put([record('a')])
  const put = uploads.put([record('a', { rank: 2 })])
  uploads.flush()
  await put
  expect(await open().list()).toEqual([record('a', { rank: 2 })])
})

test('ten thousand records cost one write, and nothing to change costs none', async () => {
  const uploads = open()
  const puts = Array.from({ length: 10_000 }, (_, n) => uploads.put([record(`u${n}`)]))
  await Promise.all([...puts, uploads.put([]), uploads.remove(['never-there'])])
  expect(writes).toBe(1)
  expect(await open().list()).toHaveLength(10_000)
})

test('a put has reached the disk when it resolves', async () => {
  await open().put([record('a')])
  expect(JSON.parse(readFileSync(join(directory, 'uploads.json'), 'utf8'))).toEqual({
    uploads: [record('a')],
    version: 1,
  })
})

test('a record that is not whole is left out, told, and kept in a copy', async () => {
  const broken = { ...record('b'), path: '../../etc/passwd' }
  writeFileSync(join(directory, 'uploads.json'), JSON.stringify({ uploads: [record('a'), broken, null, 'x'] }))
  expect(await open().list()).toEqual([record('a')])
  expect(told).toEqual([expect.stringMatching(/Parts of the list of uploads.*uploads\.corrupt-/)])
})

test('a list that is no list is left out, told, and kept', async () => {
  writeFileSync(join(directory, 'uploads.json'), '{"uploads":{"a":1}}')
  expect(await open().list()).toEqual([])
  expect(told).toHaveLength(1)
})
