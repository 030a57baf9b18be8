import { describe, expect, test } from 'vitest'
import { upload } from '../testing/samples.ts'
import { arrangedAfter, NO_QUEUE } from './queue-order.ts'
import { queueRows } from './queue-rows.ts'

const folder = { id: 'f', name: 'Photos' }
const other = { id: 'g', name: 'Films' }
const uploads = [
  upload('a', 1),
  upload('p1', 2, { folder }),
  upload('p2', 3, { folder }),
  upload('b', 4),
  upload('q1', 5, { folder: other }),
  upload('c', 6),
]
const { queue } = arrangedAfter(
  { order: [], queue: NO_QUEUE },
  uploads.map((after) => ({ before: undefined, after })),
)
const rowsWith = (...open: readonly string[]) => queueRows(queue, new Set(open))
const keys = (rows: ReturnType<typeof queueRows>) => Array.from({ length: rows.count }, (_, index) => rows.keyAt(index))

describe('the lines of the list', () => {
  test('show the files of open folders only', () => {
    expect(keys(rowsWith())).toEqual(['a', 'folder f', 'b', 'folder g', 'c'])
    expect(keys(rowsWith('folder f'))).toEqual(['a', 'folder f', 'p1', 'p2', 'b', 'folder g', 'c'])
    expect(keys(rowsWith('folder g', 'folder f', 'a', 'folder gone'))).toEqual([
      'a',
      'folder f',
      'p1',
      'p2',
      'b',
      'folder g',
      'q1',
      'c',
    ])
  })

  test('say the same whether they are asked by number or by key', () => {
    for (const open of [[], ['folder f'], ['folder f', 'folder g'], ['folder g', 'b']]) {
      const rows = rowsWith(...open)
      expect(keys(rows).map((key) => rows.indexOf(key ?? ''))).toEqual([...keys(rows).keys()])
      expect(keys(rows)).toEqual(Array.from({ length: rows.count }, (_, index) => rows.at(index)?.key))
    }
    expect(rowsWith('folder f').indexOf('q1')).toBe(-1)
  })

  test('know their place among their siblings', () => {
    const rows = rowsWith('folder f')
    expect(rows.at(3)).toMatchObject({ id: 'p2', level: 2, position: 1, siblingCount: 2 })
    expect(rows.at(4)).toMatchObject({ id: 'b', level: 1, position: 2, siblingCount: 5 })
    expect(rows.at(1)).toMatchObject({ kind: 'folder', open: true, position: 1, ids: ['p1', 'p2'] })
    expect([rows.at(-1), rows.at(7), rows.keyAt(7)]).toEqual([undefined, undefined, undefined])
  })

  test('are the same objects each time', () => {
    const rows = rowsWith('folder f')
    expect(rows.at(2)).toBe(rows.at(2))
  })
})
