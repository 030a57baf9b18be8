import { expect, test } from 'vitest'
import { randomHex } from './random-hex.ts'

test('no two are alike, however many are asked for and however long they are', () => {
  const all = Array.from({ length: 2000 }, () => randomHex(16))
  expect(new Set(all).size).toBe(all.length)
  for (const one of all) expect(one).toMatch(/^[0-9a-f]{32}$/)
  expect(randomHex(5000)).toMatch(/^[0-9a-f]{10000}$/)
  expect(randomHex(16)).not.toBe(all.at(-1))
})
