import { expect, test } from 'vitest'
import { upload } from '../testing/samples.ts'
import { uploadTable } from './upload-table.ts'

const names = (table: ReturnType<typeof uploadTable>) => [...table.values()].map(({ id }) => id).sort()

test('a table is put into, replaced in and taken out of, and the one before stays as it was', () => {
  const one = uploadTable([upload('a', 1), upload('b', 2)])
  const two = one.with([upload('b', 9), upload('c', 3)], ['a', 'unknown'])
  expect([one.size, names(one), one.get('b')?.rank]).toEqual([2, ['a', 'b'], 2])
  expect([two.size, names(two), two.get('b')?.rank]).toEqual([2, ['b', 'c'], 9])
  expect(two.get('a')).toBeUndefined()
})

test('what was taken out in the same change can be put in again', () => {
  const table = uploadTable([upload('a', 1)]).with([upload('a', 7)], ['a'])
  expect([table.size, table.get('a')?.rank]).toEqual([1, 7])
})

test('a change copies little of a large table', () => {
  const uploads = Array.from({ length: 100_000 }, (_, index) => upload(`${crypto.randomUUID()}`, index))
  const table = uploadTable(uploads)
  const entered = countEntries(() => table.with(uploads.slice(0, 3), []))
  expect(table.size).toBe(100_000)
  expect(entered).toBeLessThan(2000)
})

/** How many entries are put into maps while something runs. */
function countEntries(run: () => unknown): number {
  let entries = 0
  const { set } = Map.prototype
  Map.prototype.set = function counting(key, value) {
    entries++
    return set.call(this, key, value) as Map<unknown, unknown>
  }
  try {
    run()
  } finally {
    Map.prototype.set = set
  }
  return entries
}
