import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { openUploads, record } from '../testing/open-uploads.ts'

/** What each version of the app left behind; never changed, only added to. */
const fixtures = join(import.meta.dirname, '../fixtures')

let directory: string
let told: string[]
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'saved-uploads-'))
  told = []
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

const open = () => openUploads(directory, told)
const readJson = (path: string) => JSON.parse(readFileSync(path, 'utf8'))

test.each(['unversioned', 'version-1'])(
  '[G12] the list of an earlier version (%s) is taken over whole, and kept for whoever goes back',
  async (version) => {
    const path = join(directory, 'uploads.json')
    copyFileSync(join(fixtures, version, 'uploads.json'), path)
    const { uploads: earlier } = readJson(path)
    const first = open()
    expect(await first.list()).toEqual(earlier)
    first.flush()
    expect(readJson(join(directory, 'uploads.version-1.json')).uploads).toEqual(earlier)
    expect(readJson(path)).toEqual(readJson(join(fixtures, 'version-2/uploads.json')))
    const second = open()
    expect(await second.list()).toEqual(earlier)
    const removed = second.remove(['7d0c'])
    second.flush()
    await removed
    expect((await open().list()).map(({ id }) => id)).not.toContain('7d0c')
    expect(told).toEqual([])
  },
)

test('[G12] the list as version 2 left it is read whole, and not written again', async () => {
  cpSync(join(fixtures, 'version-2'), directory, { recursive: true })
  const uploads = open()
  uploads.flush()
  const list = await uploads.list()
  expect(list.map(({ id }) => id)).toEqual(['7d0c', '91aa', 'c3f0'])
  expect(list[0]?.hashed?.hashedBytes).toBe(1_048_576)
  expect(readdirSync(join(directory, 'uploads')).filter((name) => name.includes('backup'))).toEqual([])
  expect(told).toEqual([])
})

test('[G12] a list of an earlier version is not set aside before all of it is in state shards', async () => {
  copyFileSync(join(fixtures, 'version-1/uploads.json'), join(directory, 'uploads.json'))
  const uploads = open()
  // A file where the folder of the state shards should be: none of them can be written.
  writeFileSync(join(directory, 'uploads'), '')
  uploads.flush()
  expect(existsSync(join(directory, 'uploads.version-1.json'))).toBe(false)
  rmSync(join(directory, 'uploads'))
  uploads.flush()
  expect(existsSync(join(directory, 'uploads.version-1.json'))).toBe(true)
  expect(await open().list()).toHaveLength(3)
})

test.each([
  ['uploads.json', '{"version":3,"writtenBy":"9.1.0"}', 'Longshore 9.1.0'],
  ['uploads/07.json', '{"version":3}', 'a newer version of Longshore'],
])(
  '[G7 G12] with %s of a newer version nothing is used or written, and the person told',
  async (name, text, writer) => {
    cpSync(join(fixtures, 'version-2'), directory, { recursive: true })
    writeFileSync(join(directory, name), text)
    const before = readdirSync(directory, { recursive: true })
    const uploads = open()
    expect(await uploads.list()).toEqual([])
    await uploads.put([record('new')])
    uploads.flush()
    expect(await uploads.list()).toEqual([record('new')])
    expect(readdirSync(directory, { recursive: true })).toEqual(before)
    expect(readFileSync(join(directory, name), 'utf8')).toBe(text)
    expect(told).toEqual([expect.stringContaining(writer)])
  },
)
