import { expect, test } from 'vitest'
import { readRate } from './rate.ts'

test.each([
  ['20M', 20 * 1024 ** 2],
  ['20m', 20 * 1024 ** 2],
  ['1.5M', 1.5 * 1024 ** 2],
  ['800K', 800 * 1024],
  ['1G', 1024 ** 3],
  ['50000', 50_000],
])('a rate of %s is so many bytes a second', (text, expected) => {
  expect(readRate(text)).toBe(expected)
})

test.each(['', 'fast', '20 M', '20MB', '-5M', '0', '5K', '1e9', 'M', '٢M'])(
  '“%s” is no rate, and the refusal names it',
  (text) => {
    expect(() => readRate(text)).toThrow(`“${text}”`)
  },
)
