import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Receipt } from '../contract/history.ts'
import { openHistory } from './history.ts'
import { keptReceipt } from './receipt.ts'

let directory: string
let told: string[]
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'history-'))
  told = []
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

const open = (mostBytes?: number) =>
  openHistory({ directory, notify: (message) => told.push(message), ...(mostBytes !== undefined && { mostBytes }) })
const file = () => join(directory, 'history.jsonl')

function receipt(n: number, more: Partial<Receipt> = {}): Receipt {
  return {
    finishedAtMs: 1_000 + n,
    name: `${n}.bin`,
    path: `films/${n}.bin`,
    storedAs: `films/${n}.bin`,
    sizeBytes: n,
    digest: { kind: 'md5', hex: 'd41d8cd98f00b204e9800998ecf8427e' },
    receiver: 'NAS',
    receiverId: 'sha256:00',
    ...more,
  }
}

test('what was added is listed newest first, also in the next run', async () => {
  const history = open()
  expect(await history.list('')).toEqual({ receipts: [], found: 0 })
  history.add([receipt(1), receipt(2)])
  history.add([receipt(3)])
  const kept = { receipts: [receipt(3), receipt(2), receipt(1)], found: 3 }
  expect(await history.list('')).toEqual(kept)
  await history.close()
  expect(await open().list('')).toEqual(kept)
  expect(statSync(file()).mode & 0o777).toBe(0o600)
})

test('a name is kept whatever is in it', async () => {
  const names = ['a\nb', 'a\rb', 'a\u2028b\u2029c', '"\\', '\ud800', '🎬', '\0']
  const history = open()
  history.add(names.map((name, n) => receipt(n, { name })))
  expect((await history.list('')).receipts.map(({ name }) => name)).toEqual(names.toReversed())
})

test('a search looks at names, places, receivers and checksums, small letters or large', async () => {
  const history = open()
  const { digest: _, ...folder } = receipt(2, { name: 'Empty/', path: 'x/Empty/', storedAs: 'x/Empty/' })
  history.add([receipt(1, { name: 'Été.mov', path: 'a', storedAs: 'a' }), folder, receipt(3, { receiver: 'Büro' })])
  const found = async (search: string) => (await history.list(search)).receipts.map(({ sizeBytes }) => sizeBytes)
  expect(await found('e\u0301TE\u0301.m')).toEqual([1])
  expect(await found(' empty ')).toEqual([2])
  expect(await found('BÜRO')).toEqual([3])
  expect(await found('D41D8')).toEqual([3, 1])
  expect(await found('nothing like it')).toEqual([])
})

test('a list is bounded, and says how many there are', async () => {
  const history = open()
  history.add(Array.from({ length: 2_500 }, (_, n) => receipt(n)))
  const { receipts, found } = await history.list('')
  expect([receipts.length, found]).toEqual([2_000, 2_500])
  expect(receipts[0]).toEqual(receipt(2_499))
  expect(await history.all('')).toHaveLength(2_500)
})

test('the files are bounded: the oldest receipts go', async () => {
  const history = open(10_000)
  for (let n = 0; n < 300; n++) history.add([receipt(n)])
  const kept = await history.all('')
  expect(kept.length).toBeGreaterThan(40)
  expect(kept.length).toBeLessThan(120)
  expect(kept).toEqual(Array.from({ length: kept.length }, (_, n) => receipt(299 - n)))
  await history.clear()
  expect(await history.all('')).toEqual([])
  expect(existsSync(file())).toBe(false)
})

test('a line that was torn apart costs one receipt and no other', async () => {
  const before = open()
  before.add([receipt(1), receipt(2)])
  await before.close()
  truncateSync(file(), statSync(file()).size - 20)
  const history = open()
  history.add([receipt(3)])
  expect((await history.list('')).receipts).toEqual([receipt(3), receipt(1)])
})

const kept = (more: object): string => JSON.stringify({ ...keptReceipt(receipt(9)), ...more })

test.each([
  'not JSON',
  '7',
  'null',
  '[]',
  '{}',
  kept({ sizeBytes: -1 }),
  kept({ finishedAtMs: 'today' }),
  kept({ name: 7 }),
  kept({ md5: 'x' }),
  kept({ digest: `sha256:${'0'.repeat(64)}` }),
  kept({ md5: undefined, digest: 'xxh128:0' }),
  kept({ md5: undefined, digest: 7 }),
  '\0\0\0',
])('the line %j is passed over', async (line) => {
  writeFileSync(file(), `${JSON.stringify(keptReceipt(receipt(1)))}\n${line}\n`)
  appendFileSync(file(), `${JSON.stringify({ ...keptReceipt(receipt(2)), more: 'of a later version' })}\n`)
  expect((await open().list('')).receipts).toEqual([receipt(2), receipt(1)])
})

test('a receipt is found again by its digest, whichever that is, and its MD5 is kept as ever', async () => {
  const history = open()
  const xxh128 = receipt(1, { digest: { kind: 'xxh128', hex: 'c0ffee'.padEnd(32, '0') } })
  const sha256 = receipt(2, { digest: { kind: 'sha256', hex: 'f00d'.padEnd(64, '0') } })
  history.add([xxh128, sha256, receipt(3)])
  expect((await history.list('')).receipts).toEqual([receipt(3), sha256, xxh128])
  expect((await history.list('C0FFEE')).receipts).toEqual([xxh128])
  const lines = readFileSync(file(), 'utf8').trim().split('\n')
  expect(lines.map((line) => JSON.parse(line)).map(({ md5, digest }) => md5 ?? digest)).toEqual([
    `xxh128:${'c0ffee'.padEnd(32, '0')}`,
    `sha256:${'f00d'.padEnd(64, '0')}`,
    'd41d8cd98f00b204e9800998ecf8427e',
  ])
})

test('a history that cannot be saved is told, and nothing else suffers', async () => {
  rmSync(directory, { recursive: true })
  writeFileSync(directory, 'a file where the folder was')
  const history = open()
  history.add([receipt(1)])
  await vi.waitFor(() =>
    expect(told).toEqual([expect.stringMatching(/^The history of what was sent could not be saved: .*not a folder/)]),
  )
  await history.close()
  expect(readFileSync(directory, 'utf8')).toBe('a file where the folder was')
})
