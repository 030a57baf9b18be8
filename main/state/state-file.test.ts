import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { becomeSmallDisk } from '../../server/fixtures/small-disk.ts'
import { tempDir } from '../../test/support/temp-dir.ts'
import { openConf } from '../testing/open-store.ts'
import { openStateFile } from './state-file.ts'

let directory: string
let told: string[]
beforeEach(() => {
  directory = tempDir()
  told = []
})

function open(content: () => Record<string, unknown> = () => ({}), openStore = openConf) {
  return openStateFile({
    directory,
    name: 'settings',
    holds: 'settings',
    openStore,
    format: {
      version: 2,
      migrations: { 2: ({ color, ...rest }) => ({ ...(color !== undefined && { colour: color }), ...rest }) },
    },
    writtenBy: '0.9.0',
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
  writeFileSync(path(), '{"colour":"blue","shape":"round","version":2}')
  await open(() => ({ colour: 'red' })).save()
  expect(JSON.parse(readFileSync(path(), 'utf8'))).toEqual({ colour: 'red', version: 2, writtenBy: '0.9.0' })
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
  ['of a version that is no number', '{"colour":"blue","version":"two"}'],
  ['of a version that never was', '{"colour":"blue","version":0}'],
])('a file that is %s', (_what, damaged) => {
  test('[G7] is set aside under a name that is told, and a fresh one takes its place', async () => {
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
  writeFileSync(path(), '{"colour":7,"version":2}')
  open()
  expect(keptFiles()).toHaveLength(1)
  expect(existsSync(path())).toBe(true)
  expect(told).toEqual([expect.stringContaining(keptFiles()[0] ?? '?')])
})

test.each([
  ['says which app wrote it', '{"colour":"blue","version":3,"writtenBy":"7.2.0"}', 'Longshore 7.2.0'],
  ['says nothing of its app', '{"colour":"blue","version":3}', 'a newer version of Longshore'],
])(
  '[G7 G12] a file of a newer version, which %s, is neither used nor written nor moved',
  async (_what, newer, writer) => {
    writeFileSync(path(), newer)
    const file = open(() => ({ colour: 'red' }))
    await file.save()
    file.flush()
    expect(file.initial).toBeUndefined()
    expect(readdirSync(directory)).toEqual(['settings.json'])
    expect(readFileSync(path(), 'utf8')).toBe(newer)
    expect(told).toEqual([expect.stringContaining(writer)])
  },
)

test('[G7] a damaged file is replaced by the state before its last change, and both are kept', async () => {
  let colour = 'blue'
  const first = open(() => ({ colour }))
  await first.save()
  colour = 'green'
  void first.save()
  first.flush()
  writeFileSync(path(), '{"colour":"gre')
  const second = open(() => ({ colour: 'red' }))
  expect(second.initial).toBe('blue')
  expect(keptFiles()).toHaveLength(1)
  expect(told).toEqual([expect.stringContaining(keptFiles()[0] ?? '?')])
  // A run that ends before it wrote anything finds the same state again, and has nothing more to say.
  expect(open().initial).toBe('blue')
  expect(told).toHaveLength(1)
})

test('[G7] a file and a backup that are both damaged leave an app that starts afresh', () => {
  writeFileSync(path(), '')
  writeFileSync(join(directory, 'settings.backup.json'), '\0\0')
  expect(open().initial).toBeUndefined()
  expect(told).toEqual([expect.stringContaining('start afresh')])
})

test.each([['{"color":"blue"}'], ['{"color":"blue","version":1}']])(
  '[G12] a file of an earlier version is taken over: %s',
  async (earlier) => {
    writeFileSync(path(), earlier)
    const file = open(() => ({ colour: 'blue' }))
    expect(file.initial).toBe('blue')
    await file.save()
    expect(readFileSync(join(directory, 'settings.version-1.json'), 'utf8')).toBe(earlier)
    expect(told).toEqual([])
  },
)

test('[G12] what an earlier version wrote is used but not replaced while it cannot be taken over', async (context) => {
  becomeSmallDisk(directory, 1, context)
  const earlier = '{"colour":"blue"}'
  writeFileSync(path(), earlier)
  const filler = join(directory, 'filler')
  expect(() => writeFileSync(filler, Buffer.alloc(2 ** 21))).toThrow('ENOSPC')
  const file = open(() => ({ colour: 'red' }))
  expect(file.initial).toBe('blue')
  await file.save()
  expect(readFileSync(path(), 'utf8')).toBe(earlier)
  expect(told).toEqual([expect.stringContaining('its disk is full (ENOSPC)')])
  rmSync(filler)
  expect(readdirSync(directory)).toEqual(['settings.json'])
  expect(open().initial).toBe('blue')
  expect(readFileSync(join(directory, 'settings.version-1.json'), 'utf8')).toBe(earlier)
  expect(told).toHaveLength(1)
})

test('[G12] taking over that fails half-way leaves the file as it was', () => {
  const earlier = '{"color":"blue"}'
  writeFileSync(path(), earlier)
  open(undefined, (options) => {
    if (options.migrations === undefined) return openConf(options)
    writeFileSync(path(), '{"col')
    throw Object.assign(new Error('ENOSPC'), { code: 'ENOSPC' })
  })
  expect(readFileSync(path(), 'utf8')).toBe(earlier)
  expect(readdirSync(directory)).toEqual(['settings.json'])
  expect(told).toEqual([expect.stringContaining('its disk is full (ENOSPC)')])
})

test('[G8] a disk that takes a part of a file only keeps the one before, and says that it is full', async (context) => {
  becomeSmallDisk(directory, 1, context)
  let colour = 'b'.repeat(100_000)
  const file = open(() => ({ colour }))
  const filler = join(directory, 'filler')
  // Room for a part of the file; then for the whole one, and for its backup and a part of the next one.
  for (const [takenBytes, isFirst] of [
    [2 ** 20 - 40_000, true],
    [2 ** 20 - 250_000, false],
  ] as const) {
    writeFileSync(filler, Buffer.alloc(takenBytes))
    const refused = file.save()
    file.flush()
    await expect(refused).rejects.toThrow('its disk is full (ENOSPC)')
    expect(existsSync(path())).toBe(!isFirst)
    rmSync(filler)
    const saved = file.save()
    file.flush()
    await saved
    expect(open().initial).toBe(colour)
    colour = 'r'.repeat(100_000)
  }
})

test('a file that cannot be read is left alone, and the app goes on without it', async () => {
  // A folder in its place cannot be read as a file, not even by root.
  mkdirSync(path())
  await open().save()
  expect(told).toEqual([expect.stringContaining('EISDIR')])
  expect(readdirSync(directory)).toEqual(['settings.json'])
})

test('[G8] a store that cannot be opened is told by the save that needed it, in words that do not change', async () => {
  const file = open(undefined, () => {
    throw Object.assign(new Error(`EROFS: read-only file system, open '/x.tmp-${Math.random()}'`), { code: 'EROFS' })
  })
  const saves = [file.save()]
  file.flush()
  saves.push(file.save())
  file.flush()
  const sentences = (await Promise.allSettled(saves)).map((save) => save.status === 'rejected' && `${save.reason}`)
  expect(sentences).toEqual(Array(2).fill(`FileTrouble: ${directory}: its disk is read-only (EROFS)`))
})

test('a save that the disk refuses rejects, and the next one has it all', async () => {
  let full = true
  const file = open(
    () => ({ colour: 'red' }),
    (options) => {
      const conf = openConf(options)
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
