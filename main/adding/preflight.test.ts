import { expect, test } from 'vitest'
import type { UploadSnapshot, UploadStatus } from '../contract/contract.ts'
import type { ConflictChoice, ConflictPolicy } from '../contract/preferences.ts'
import type { Answer, Question } from '../contract/question.ts'
import type { CheckedName, CheckedNames, Skipped, WalkedEntry } from '../engine/engine.ts'
import { type Addition, createPreflight } from './preflight.ts'

const MIB = 1024 ** 2

function entry(name: string, sizeBytes: number): WalkedEntry {
  return { source: `/films/${name}`, path: [name], identity: { sizeBytes, modifiedAtMs: 1, inode: '1' } }
}

function pathsOf(entries: readonly WalkedEntry[]): readonly string[] {
  return entries.map(({ path }) => path.join('/'))
}

function upload(receiver: string, sizeBytes: number, status: UploadStatus): UploadSnapshot {
  return { id: 'a', name: 'a', path: 'a', sizeBytes, receiver, rank: 1, status }
}

function preflightWith({
  freeBytes = undefined as number | undefined,
  uploads = [] as readonly UploadSnapshot[],
  locked = [] as readonly string[],
  checked = undefined as CheckedNames | undefined,
  answer = { go: true } as Answer,
}) {
  const asked: Omit<Question, 'id'>[] = []
  const kept: ConflictPolicy[] = []
  let askedForRoom = 0
  const preflight = createPreflight({
    engine: {
      list: () => uploads,
      async freeBytesOn() {
        askedForRoom += 1
        return freeBytes
      },
      checkNames: async () => checked,
    },
    canRead: async (path) => !locked.includes(path),
    keep: (policy) => kept.push(policy),
    async ask(question) {
      asked.push(question)
      return answer
    },
  })
  return { preflight, asked, kept, askedForRoom: () => askedForRoom }
}

function adding(
  entries: readonly WalkedEntry[],
  { skipped = [] as readonly Skipped[], onConflict = 'ask' as ConflictChoice } = {},
): Addition {
  return { receiver: 'nas', entries, skipped, onConflict }
}

test('nothing is asked when everything can be read and there is room', async () => {
  const { preflight, asked } = preflightWith({ freeBytes: 200 * MIB })
  const entries = [entry('a', 100 * MIB), entry('b', 100 * MIB)]
  expect(pathsOf(await preflight(adding(entries)))).toEqual(['a', 'b'])
  expect(asked).toEqual([])
})

test('more than there is room for is queued only when the person wants it', async () => {
  const entries = [entry('a', 100 * MIB), entry('b', 101 * MIB)]
  const noRoom = { neededBytes: 201 * MIB, freeBytes: 200 * MIB }
  for (const go of [true, false]) {
    const { preflight, asked } = preflightWith({ freeBytes: 200 * MIB, answer: { go } })
    expect(pathsOf(await preflight(adding(entries)))).toEqual(go ? ['a', 'b'] : [])
    expect(asked).toEqual([{ files: 2, receiverId: 'nas', noRoom }])
  }
})

test('what is queued for the same receiver counts, unless it has its room already', async () => {
  const uploads = [
    upload('nas', 50 * MIB, { kind: 'waiting' }),
    upload('nas', 50 * MIB, { kind: 'sending', bytesStored: 1 }),
    upload('nas', 50 * MIB, { kind: 'done', storedAs: 'a', bytesSent: 1, finishedAtMs: 1 }),
    upload('other', 50 * MIB, { kind: 'waiting' }),
  ]
  const { preflight, asked } = preflightWith({ freeBytes: 120 * MIB, uploads })
  await preflight(adding([entry('a', 71 * MIB)]))
  expect(asked.map(({ noRoom }) => noRoom)).toEqual([{ neededBytes: 121 * MIB, freeBytes: 120 * MIB }])
})

test('a receiver that does not tell its room, and what is small anywhere, is queued at once', async () => {
  const silent = preflightWith({})
  expect(await silent.preflight(adding([entry('a', 900 * MIB)]))).toHaveLength(1)
  expect(silent.asked).toEqual([])
  const small = preflightWith({ freeBytes: 0 })
  expect(await small.preflight(adding([entry('a', 63 * MIB)]))).toHaveLength(1)
  expect(small.askedForRoom()).toBe(0)
})

test('files that cannot be read are named together, and left out when the person wants the others', async () => {
  const entries = Array.from({ length: 200 }, (_, n) => entry(`${n}`, 10))
  const locked = entries.slice(0, 70).map(({ source }) => source)
  const skipped: Skipped[] = [
    { name: '/films/private', message: 'You may not read it.', reason: 'SOURCE_UNREADABLE' },
    { name: '/films/pipe', message: 'It is not a file.', reason: 'NOT_A_FILE' },
  ]
  const { preflight, asked } = preflightWith({ locked })
  expect(pathsOf(await preflight(adding(entries, { skipped })))).toEqual(pathsOf(entries.slice(70)))
  const first = ['private', '0', '1', '2', '3']
  expect(asked).toEqual([{ files: 130, receiverId: 'nas', unreadable: { count: 71, first } }])
})

test('nothing is asked about files of which none can be read', async () => {
  const { preflight, asked } = preflightWith({ locked: ['/films/a'] })
  const entries = [entry('a', 10)]
  expect(await preflight(adding(entries))).toBe(entries)
  expect(await preflight(adding([]))).toEqual([])
  expect(asked).toEqual([])
})

test('a share that answers slowly does not keep everything waiting', async () => {
  let asked = 0
  const preflight = createPreflight({
    engine: { list: () => [], freeBytesOn: async () => undefined, checkNames: async () => undefined },
    keep: () => undefined,
    canRead: async () => {
      asked += 1
      return new Promise((resolve) => setTimeout(resolve, 20, true))
    },
    askForAtMostMs: 30,
    ask: async () => ({ go: false }),
  })
  const entries = Array.from({ length: 100_000 }, (_, n) => entry(`${n}`, 1))
  expect(await preflight(adding(entries))).toHaveLength(100_000)
  expect(asked).toBeLessThan(10_000)
})

function told(...names: readonly CheckedName[]): CheckedNames {
  return { names, mayOverwrite: true }
}

const free = (storedAs: string): CheckedName => ({ kind: 'free', storedAs })
const taken = (storedAs: string): CheckedName => ({ kind: 'taken', storedAs })
const sameSize = (storedAs: string): CheckedName => ({ kind: 'same-size', storedAs })

test('names that are taken are asked about together, and each answer is done', async () => {
  const entries = ['a', 'b', 'c'].map((name) => entry(name, 1))
  const checked = told(taken('a'), sameSize('b'), free('c'))
  const decided = async (answer: Answer) => {
    const { preflight, asked, kept } = preflightWith({ checked, answer })
    const added = await preflight(adding(entries))
    expect(asked).toEqual([
      { files: 3, receiverId: 'nas', taken: { count: 2, first: ['a', 'b'], sameSize: 1, mayOverwrite: true } },
    ])
    return { added: added.map(({ path, onConflict }) => [...path, onConflict].join(' ')), kept }
  }
  expect(await decided({ go: false })).toEqual({ added: [], kept: [] })
  expect(await decided({ go: true, taken: 'leave-out', always: true })).toEqual({ added: ['c '], kept: [] })
  expect(await decided({ go: true, taken: 'skip-same' })).toEqual({
    added: ['a skip-same', 'b skip-same', 'c skip-same'],
    kept: [],
  })
  expect(await decided({ go: true, taken: 'overwrite', always: true })).toEqual({
    added: ['a overwrite', 'b overwrite', 'c overwrite'],
    kept: ['overwrite'],
  })
})

test('who decided about taken names for all times is not asked, but what cannot be stored is told', async () => {
  const entries = ['a', 'b:'].map((name) => entry(name, 1))
  const quiet = preflightWith({ checked: told(taken('a'), free('b_')) })
  const added = await quiet.preflight(adding(entries, { onConflict: 'refuse' }))
  expect(added.map(({ onConflict }) => onConflict)).toEqual(['refuse', 'refuse'])
  expect(quiet.asked).toEqual([])
  const { preflight, asked } = preflightWith({ checked: told(taken('a'), { kind: 'refused' }) })
  expect(pathsOf(await preflight(adding(entries, { onConflict: 'skip-same' })))).toEqual(['a'])
  expect(asked).toEqual([{ files: 1, receiverId: 'nas', refused: { count: 1, first: ['b:'] } }])
})

test('names that would be stored differently are told, however they are normalised and wherever they go', async () => {
  const entries = ['a:b', 'cafe\u0301', 'plain', 'day'].map((name) => entry(name, 1))
  const checked = told(free('ci/a_b'), free('ci/caf\u00e9'), free('ci/plain'), free('holiday'))
  const { preflight, asked } = preflightWith({ checked })
  expect(await preflight(adding(entries))).toHaveLength(4)
  const first = [
    { name: 'a:b', storedAs: 'ci/a_b' },
    { name: 'day', storedAs: 'holiday' },
  ]
  expect(asked).toEqual([{ files: 4, receiverId: 'nas', renamed: { count: 2, first } }])
})

test('a folder that is there already is no conflict', async () => {
  const { preflight, asked } = preflightWith({ checked: told(taken('empty')) })
  expect(await preflight(adding([{ source: '/empty', path: ['empty'] }]))).toHaveLength(1)
  expect(asked).toEqual([])
})

test('of files that are added under one name, only the first replaces what is there', async () => {
  const entries = ['Photo.jpg', 'photo.JPG', 'other.jpg'].map((name) => entry(name, 1))
  const { preflight } = preflightWith({})
  const added = await preflight(adding(entries, { onConflict: 'overwrite' }))
  expect(added.map(({ onConflict }) => onConflict)).toEqual(['overwrite', 'keep-both', 'overwrite'])
})

test('names that were not told about in time are queued, and the question says so', async () => {
  const entries = ['a', 'b', 'c'].map((name) => entry(name, 1))
  const { preflight, asked } = preflightWith({ checked: told(taken('a')) })
  expect(await preflight(adding(entries))).toHaveLength(3)
  expect(asked).toMatchObject([{ files: 3, taken: { count: 1 }, isPartial: true }])
  const quiet = preflightWith({ checked: told(free('a')) })
  expect(await quiet.preflight(adding(entries))).toHaveLength(3)
  expect(quiet.asked).toEqual([])
})
