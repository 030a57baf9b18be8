import { expect, test } from 'vitest'
import { type Ranked, ranksAfterMove } from './ranks.ts'

const queue = (count: number): Ranked[] => Array.from({ length: count }, (_, i) => ({ id: `u${i}`, rank: i }))

function orderAfter(ordered: readonly Ranked[], ids: string[], before?: string): string[] {
  const ranks = ranksAfterMove(ordered, new Set(ids), before)
  return ordered
    .map(({ id, rank }) => ({ id, rank: ranks.get(id) ?? rank }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ id }) => id)
}

test('moved uploads keep their order and stand before the one named', () => {
  expect(orderAfter(queue(5), ['u4', 'u2'], 'u1')).toEqual(['u0', 'u2', 'u4', 'u1', 'u3'])
  expect(orderAfter(queue(3), ['u2'], 'u0')).toEqual(['u2', 'u0', 'u1'])
})

test('without a place they go to the end', () => {
  expect(orderAfter(queue(4), ['u0', 'u1'])).toEqual(['u2', 'u3', 'u0', 'u1'])
})

test('only what moves changes', () => {
  expect([...ranksAfterMove(queue(100), new Set(['u99']), 'u1').keys()]).toEqual(['u99'])
})

test('when numbers have no room left, the whole queue is numbered anew', () => {
  const tight = [
    { id: 'a', rank: 1 },
    { id: 'b', rank: 1 + Number.EPSILON },
    { id: 'c', rank: 2 },
  ]
  expect(orderAfter(tight, ['c'], 'b')).toEqual(['a', 'c', 'b'])
})
