import { expect, test } from 'vitest'
import { readRate, shownRate } from './rate.ts'

test.each([
  ['', undefined],
  ['  ', undefined],
  ['5', 5_000_000],
  ['2.5', 2_500_000],
  ['2,5', 2_500_000],
  ['0.01', 10_000],
])('“%s” is read as a rate', (typed, bytesPerSecond) => {
  expect(readRate(typed)).toEqual({ kind: 'rate', bytesPerSecond })
})

test.each(['0', '0.001', '-1', 'fast', '1e3', '5 MB', '1.2.3', '9'.repeat(30)])('“%s” is no rate', (typed) => {
  expect(readRate(typed)).toEqual({ kind: 'wrong' })
})

test('a rate is shown as it would be typed', () => {
  expect(shownRate(undefined)).toBe('')
  expect(shownRate(2_500_000)).toBe('2.5')
})
