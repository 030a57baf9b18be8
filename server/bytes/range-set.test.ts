import { expect, test } from 'vitest'
import { bytesIn, endOfPrefix, intersection, missingWithin, type RangeSet, union, withRange } from './range-set.ts'

const set: RangeSet = [
  { start: 10, end: 20 },
  { start: 30, end: 40 },
]

test('ranges that touch or overlap become one, and others stay apart', () => {
  expect(withRange(set, { start: 20, end: 30 })).toEqual([{ start: 10, end: 40 }])
  expect(withRange(set, { start: 0, end: 35 })).toEqual([{ start: 0, end: 40 }])
  expect(withRange(set, { start: 12, end: 15 })).toEqual(set)
  expect(withRange(set, { start: 22, end: 25 })).toEqual([set[0], { start: 22, end: 25 }, set[1]])
  expect(withRange(set, { start: 25, end: 25 })).toBe(set)
})

test('what is missing is what the set does not hold', () => {
  expect(missingWithin(set, { start: 0, end: 50 })).toEqual([
    { start: 0, end: 10 },
    { start: 20, end: 30 },
    { start: 40, end: 50 },
  ])
  expect(missingWithin(set, { start: 12, end: 35 })).toEqual([{ start: 20, end: 30 }])
  expect(missingWithin(set, { start: 30, end: 40 })).toEqual([])
  expect(missingWithin([], { start: 5, end: 5 })).toEqual([])
})

test('agrees with a plain list of bytes, whatever is added in whatever order', () => {
  let seed = 20_250_101
  const random = (below: number) => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648
    return seed % below
  }
  for (let round = 0; round < 300; round++) {
    const held = new Array<boolean>(64).fill(false)
    let ranges: RangeSet = []
    for (let step = 0; step < 12; step++) {
      const start = random(64)
      const end = Math.min(64, start + random(12))
      held.fill(true, start, end)
      ranges = withRange(ranges, { start, end })
    }
    const gaps = missingWithin(ranges, { start: 0, end: 64 })
    expect(bytesIn(ranges)).toBe(held.filter(Boolean).length)
    expect(held.map((_, at) => gaps.some(({ start, end }) => start <= at && at < end))).toEqual(held.map((is) => !is))
  }
})

test('the union of two sets holds what either holds, and the intersection what both hold', () => {
  const other: RangeSet = [
    { start: 0, end: 5 },
    { start: 15, end: 32 },
    { start: 38, end: 50 },
  ]
  expect(union(set, other)).toEqual([
    { start: 0, end: 5 },
    { start: 10, end: 50 },
  ])
  expect(intersection(set, other)).toEqual([
    { start: 15, end: 20 },
    { start: 30, end: 32 },
    { start: 38, end: 40 },
  ])
  expect(intersection(set, [])).toEqual([])
})

test('the prefix of a set ends where its first gap begins', () => {
  expect(endOfPrefix([])).toBe(0)
  expect(endOfPrefix(set)).toBe(0)
  expect(endOfPrefix([{ start: 0, end: 7 }, ...set])).toBe(7)
})
