import { expect, test } from 'vitest'
import { plannedChunks, storedBytes } from './plan.ts'

const plan = (size: number, spans: { start: number; end: number }[] = []) => [...plannedChunks(size, 4, spans)]

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
