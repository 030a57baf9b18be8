import { expect, test } from 'vitest'
import { type Entry, newEntry } from './entry.ts'
import { createWaitingLine } from './waiting-line.ts'

function entryOf(rank: number): Entry {
  const record = {
    id: `${rank}`,
    uploadKey: '',
    source: '',
    path: [],
    receiver: '',
    onConflict: 'keep-both',
    rank,
  } as const
  return newEntry(record, false)
}

/** Takes all out, from the front. */
function ranksOf(line: ReturnType<typeof createWaitingLine>): readonly number[] {
  const ranks: number[] = []
  for (let next = line.first(() => true); next !== undefined; next = line.first(() => true)) {
    ranks.push(next.record.rank)
    line.leave(next)
  }
  return ranks
}

test('whoever waits is found by rank, whatever the order in which many joined and left', () => {
  const line = createWaitingLine()
  const entries = Array.from({ length: 5000 }, (_, index) => entryOf((index * 2741) % 5000))
  for (const entry of entries) line.join(entry)
  const gone = entries.filter(({ record }) => record.rank % 7 === 3)
  for (const entry of gone) line.leave(entry)
  for (const entry of gone) line.leave(entry)
  const expected = Array.from({ length: 5000 }, (_, rank) => rank).filter((rank) => rank % 7 !== 3)
  expect(line.first(({ record }) => record.rank >= 4000)?.record.rank).toBe(4001)
  expect(line.first(({ record }) => record.rank >= 4000, 1000)).toBeUndefined()
  expect(ranksOf(line)).toEqual(expected)
})

test('those of one rank leave each by itself', () => {
  const line = createWaitingLine()
  const entries = Array.from({ length: 2000 }, () => entryOf(1))
  for (const entry of entries) line.join(entry)
  line.join(entryOf(2))
  for (const entry of entries.toReversed()) line.leave(entry)
  expect(ranksOf(line)).toEqual([2])
  expect(line.first(() => true)).toBeUndefined()
})
