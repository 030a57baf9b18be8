import { expect, test } from 'vitest'
import { LineShares } from './line-shares.ts'

const RATE = { atOnce: 3, perSecond: 2 }

function shares() {
  const clock = { nowMs: 0 }
  const told: string[] = []
  const lines = new LineShares(
    (who, count, seconds) => told.push(`${count} of ${who} in ${seconds} s`),
    () => clock.nowMs,
  )
  const written = (who: string, times: number) =>
    Array.from({ length: times }, () => lines.take(who, RATE)).filter(Boolean).length
  return { clock, told, lines, written }
}

test('some lines may come at once, then so many a second, and what is left out is told', () => {
  const { clock, told, lines, written } = shares()
  expect(written('a', 10)).toBe(3)
  clock.nowMs = 2000
  expect(written('a', 10)).toBe(4 - 1)
  clock.nowMs = 2500
  expect(written('a', 10)).toBe(1)
  lines.flush()
  expect(told).toEqual(['23 of a in 3 s'])
  lines.flush()
  expect(told).toHaveLength(1)
})

test('one takes nothing from another', () => {
  const { written } = shares()
  expect(written('a', 1000)).toBe(3)
  expect(written('b', 3)).toBe(3)
})

test('those who are too many to be told apart share one share, until the quiet ones are forgotten', () => {
  const { clock, written } = shares()
  const names = (from: number) => Array.from({ length: 256 }, (_, index) => `${from + index}`)
  for (const name of names(0)) written(name, 1)
  expect(names(1000).filter((name) => written(name, 1) === 1)).toHaveLength(3)
  clock.nowMs = 10_000
  expect(written('new', 3)).toBe(3)
})
