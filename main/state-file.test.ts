import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import Conf from 'conf'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type OpenStore, openStateFile, STORE_OPTIONS } from './state-file.ts'

let directory: string
let told: string[]
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'state-file-'))
  told = []
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

const openConf: OpenStore = (cwd, configName) => new Conf({ ...STORE_OPTIONS, cwd, configName })

function open(content: () => Record<string, unknown> = () => ({}), openStore = openConf) {
  return openStateFile({
    directory,
    name: 'settings',
    holds: 'settings',
    openStore,
    notify: (message) => told.push(message),
    parse: ({ colour }) => ({
      value: typeof colour === 'string' ? colour : undefined,
      rejectedParts: colour === undefined || typeof colour === 'string' ? 0 : 1,
    }),
    content,
  })
}

const path = () => join(directory, 'settings.json')
const keptFiles = () => readdirSync(directory).filter((name) => name.includes('.corrupt-'))

test('what was saved is there when the file is opened again, readable by its owner only', async () => {
  await open(() => ({ colour: 'blue' })).save()
  expect(open().initial).toBe('blue')
  expect(statSync(path()).mode & 0o777).toBe(0o600)
  expect(told).toEqual([])
})

test('a write is the whole content, so that a part that is gone is gone from the file', async () => {
  writeFileSync(path(), '{"colour":"blue","shape":"round"}')
  await open(() => ({ colour: 'red' })).save()
  expect(JSON.parse(readFileSync(path(), 'utf8'))).toEqual({ colour: 'red', version: 1 })
})

test('flush writes what was asked for a moment ago', () => {
  const file = open(() => ({ colour: 'green' }))
  void file.save()
  file.flush()
  expect(open().initial).toBe('green')
})

describe.each([
  ['empty', ''],
  ['truncated', '{"colour":"bl'],
  ['full of NUL', '\0'.repeat(64)],
  ['an array', '["blue"]'],
  ['null', 'null'],
  ['a string', '"blue"'],
])('a file that is %s', (_what, damaged) => {
  test('is set aside under a name that is told, and a fresh one takes its place', async () => {
    writeFileSync(path(), damaged)
    const file = open(() => ({ colour: 'red' }))
    expect(file.initial).toBeUndefined()
    expect(keptFiles()).toHaveLength(1)
    expect(readFileSync(join(directory, keptFiles()[0] ?? ''), 'utf8')).toBe(damaged)
    expect(told).toEqual([expect.stringContaining(keptFiles()[0] ?? '?')])
    await file.save()
    expect(open().initial).toBe('red')
  })
})

test('a file with an unsound part stays in use, and its copy is kept', () => {
  writeFileSync(path(), '{"colour":7}')
  open()
  expect(keptFiles()).toHaveLength(1)
  expect(existsSync(path())).toBe(true)
  expect(told).toEqual([expect.stringContaining(keptFiles()[0] ?? '?')])
})

test('a file of a newer version is neither used nor written nor moved', async () => {
  const newer = '{"colour":"blue","version":2}'
  writeFileSync(path(), newer)
  const file = open(() => ({ colour: 'red' }))
  await file.save()
  file.flush()
  expect(file.initial).toBeUndefined()
  expect(readdirSync(directory)).toEqual(['settings.json'])
  expect(readFileSync(path(), 'utf8')).toBe(newer)
  expect(told).toEqual([expect.stringContaining('newer version')])
})

test('a file that cannot be read is left alone, and the app goes on without it', async () => {
  // A folder in its place cannot be read as a file, not even by root.
  mkdirSync(path())
  await open().save()
  expect(told).toEqual([expect.stringContaining('EISDIR')])
  expect(readdirSync(directory)).toEqual(['settings.json'])
})

test('a store that cannot be opened leaves an app that runs and says so', async () => {
  const file = open(undefined, () => {
    throw new Error('EROFS: read-only file system')
  })
  await file.save()
  expect(told).toEqual([expect.stringContaining('read-only file system')])
})

test('a save that the disk refuses rejects, and the next one has it all', async () => {
  let full = true
  const file = open(
    () => ({ colour: 'red' }),
    (cwd, name) => {
      const conf = openConf(cwd, name)
      return {
        set store(content: Record<string, unknown>) {
          if (full) throw new Error('ENOSPC: no space left on device')
          conf.store = content
        },
        get store() {
          return conf.store
        },
      }
    },
  )
  const refused = file.save()
  file.flush()
  await expect(refused).rejects.toThrow('ENOSPC')
  full = false
  const saved = file.save()
  file.flush()
  await saved
  expect(open().initial).toBe('red')
})
