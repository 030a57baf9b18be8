import { expect, test } from 'vitest'
import { median, percentile, ratio } from './statistics.ts'

test('the median is the one in the middle, or the mean of the two there', () => {
  expect(median([30, 1, 2])).toBe(2)
  expect(median([4, 1, 2, 30])).toBe(3)
})

test('a percentile lies between the two values nearest to it', () => {
  expect(percentile([0, 10], 99)).toBeCloseTo(9.9)
  expect(percentile([5], 99)).toBe(5)
  expect(() => percentile([], 50)).toThrow(RangeError)
})

test('a round that was slow for everybody does not count in a ratio', () => {
  expect(ratio([2, 20, 2], [1, 10, 1])).toBe(2)
})

test('a ratio needs rounds that both have', () => {
  expect(ratio([2, 6], [1, 3, 99])).toBe(2)
  expect(ratio([], [1])).toBeUndefined()
  expect(ratio([1], [])).toBeUndefined()
})
