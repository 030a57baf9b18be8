import { expect, test } from 'vitest'
import { retryDelayMs } from './retry.ts'

test('waits grow from half a second to half a minute and no further', () => {
  expect([1, 2, 3, 7, 8, 5000].map((attempt) => retryDelayMs(attempt, 0.999_999))).toEqual([
    500, 1000, 2000, 30_000, 30_000, 30_000,
  ])
})

test('chance spreads the waits but never makes one vanish', () => {
  expect(retryDelayMs(3, 0)).toBe(600)
  expect(retryDelayMs(3, 0.5)).toBe(1300)
})
