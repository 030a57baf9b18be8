import { expect, test } from 'vitest'
import type { UploadSnapshot, UploadStatus } from './contract.ts'
import type { Question } from './contract-question.ts'
import type { Skipped, WalkedEntry } from './engine/engine.ts'
import { createPreflight } from './preflight.ts'

const MIB = 1024 ** 2

function entry(name: string, sizeBytes: number): WalkedEntry {
  return { source: `/films/${name}`, path: [name], identity: { sizeBytes, modifiedAtMs: 1, inode: '1' } }
}

function upload(receiver: string, sizeBytes: number, status: UploadStatus): UploadSnapshot {
  return { id: 'a', name: 'a', path: 'a', sizeBytes, receiver, rank: 1, status }
}

function preflightWith({
  freeBytes = undefined as number | undefined,
  uploads = [] as readonly UploadSnapshot[],
  locked = [] as readonly string[],
  answer = true,
}) {
  const asked: Omit<Question, 'id'>[] = []
  let askedForRoom = 0
  const preflight = createPreflight({
    uploads: () => uploads,
    async freeBytesOn() {
      askedForRoom += 1
      return freeBytes
    },
    canRead: async (path) => !locked.includes(path),
    async ask(question) {
      asked.push(question)
      return answer
    },
  })
  return { preflight, asked, askedForRoom: () => askedForRoom }
}

test('nothing is asked when everything can be read and there is room', async () => {
  const { preflight, asked } = preflightWith({ freeBytes: 200 * MIB })
  const entries = [entry('a', 100 * MIB), entry('b', 100 * MIB)]
  expect(await preflight('nas', entries, [])).toBe(entries)
  expect(asked).toEqual([])
})

test('more than there is room for is queued only when the person wants it', async () => {
  const entries = [entry('a', 100 * MIB), entry('b', 101 * MIB)]
  const noRoom = { neededBytes: 201 * MIB, freeBytes: 200 * MIB }
  for (const answer of [true, false]) {
    const { preflight, asked } = preflightWith({ freeBytes: 200 * MIB, answer })
    expect(await preflight('nas', entries, [])).toEqual(answer ? entries : [])
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
  await preflight('nas', [entry('a', 71 * MIB)], [])
  expect(asked.map(({ noRoom }) => noRoom)).toEqual([{ neededBytes: 121 * MIB, freeBytes: 120 * MIB }])
})

test('a receiver that does not tell its room, and what is small anywhere, is queued at once', async () => {
  const silent = preflightWith({})
  expect(await silent.preflight('nas', [entry('a', 900 * MIB)], [])).toHaveLength(1)
  expect(silent.asked).toEqual([])
  const small = preflightWith({ freeBytes: 0 })
  expect(await small.preflight('nas', [entry('a', 63 * MIB)], [])).toHaveLength(1)
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
  expect(await preflight('nas', entries, skipped)).toEqual(entries.slice(70))
  const names = ['private', '0', '1', '2', '3']
  expect(asked).toEqual([{ files: 130, receiverId: 'nas', unreadable: { count: 71, names } }])
})

test('nothing is asked about files of which none can be read', async () => {
  const { preflight, asked } = preflightWith({ locked: ['/films/a'] })
  const entries = [entry('a', 10)]
  expect(await preflight('nas', entries, [])).toBe(entries)
  expect(await preflight('nas', [], [])).toEqual([])
  expect(asked).toEqual([])
})

test('a share that answers slowly does not keep everything waiting', async () => {
  let asked = 0
  const preflight = createPreflight({
    uploads: () => [],
    freeBytesOn: async () => undefined,
    canRead: async () => {
      asked += 1
      return new Promise((resolve) => setTimeout(resolve, 20, true))
    },
    askForAtMostMs: 30,
    ask: async () => false,
  })
  const entries = Array.from({ length: 100_000 }, (_, n) => entry(`${n}`, 1))
  expect(await preflight('nas', entries, [])).toBe(entries)
  expect(asked).toBeLessThan(10_000)
})
