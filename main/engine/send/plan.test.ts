import { expect, test } from 'vitest'
import { plannedChunks, storedBytes } from './plan.ts'

type Spans = { start: number; end: number }[]

const whole = { gridBytes: 4, chunkBytes: () => 4 }
const plan = (size: number, spans: Spans = [], cut = whole) => [...plannedChunks(size, cut, spans)]

test('an empty file has no chunks', () => expect(plan(0)).toEqual([]))

test('the last chunk is as long as what is left', () => {
  expect(plan(9)).toEqual([
    { start: 0, end: 4, stored: false },
    { start: 4, end: 8, stored: false },
    { start: 8, end: 9, stored: false },
  ])
})

test('a chunk is stored only when it is covered wholly', () => {
  const spans = [
    { start: 0, end: 4 },
    { start: 5, end: 10 },
    { start: 12, end: 14 },
  ]
  expect(plan(14, spans).map((chunk) => chunk.stored)).toEqual([true, false, false, true])
  expect(storedBytes(14, 4, spans)).toBe(6)
})

test('the length of chunks may change on the way', () => {
  const lengths = [4, 8, 16, 4]
  const chunks = plan(30, [], { gridBytes: 4, chunkBytes: () => lengths.shift() ?? 4 })
  expect(chunks.map(({ start, end }) => [start, end])).toEqual([
    [0, 4],
    [4, 12],
    [12, 28],
    [28, 30],
  ])
})

test('long chunks end where something is stored, and what is stored is told in pieces too', () => {
  const cut = { gridBytes: 4, chunkBytes: () => 16 }
  const spans = [
    { start: 8, end: 28 },
    { start: 39, end: 42 },
  ]
  expect(plan(42, spans, cut)).toEqual([
    { start: 0, end: 8, stored: false },
    { start: 8, end: 24, stored: true },
    { start: 24, end: 28, stored: true },
    { start: 28, end: 40, stored: false },
    { start: 40, end: 42, stored: true },
  ])
  expect(storedBytes(42, 4, spans)).toBe(22)
})
