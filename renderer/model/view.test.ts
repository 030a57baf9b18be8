import { describe, expect, test } from 'vitest'
import { done, failed, sending, upload } from '../testing/samples.ts'
import { arrangedAfter, NO_QUEUE } from './queue-order.ts'
import { totalsOf } from './totals.ts'
import { uploadTable } from './upload-table.ts'
import { countsOf, isNarrower, narrowed, shownOf, type View, WHOLE_VIEW } from './view.ts'

const folder = { id: 'f', name: 'Photos' }
const uploads = [
  upload('a', 1, { status: done, path: 'Holiday Film.mov' }),
  upload('p1', 2, { folder, status: failed, path: 'Photos/beach.jpg' }),
  upload('p2', 3, { folder, status: done, path: 'Photos/hills.jpg' }),
  upload('b', 4, { status: sending(1), path: 'backup.tar' }),
  upload('c', 5, { status: { kind: 'paused' } }),
  upload('d', 6),
]
const table = uploadTable(uploads)
const { queue } = arrangedAfter(
  { order: [], queue: NO_QUEUE },
  uploads.map((after) => ({ before: undefined, after })),
)
const shown = (view: Partial<View>) =>
  shownOf(queue, table, { ...WHOLE_VIEW, ...view }).items.flatMap((item) =>
    item.kind === 'folder' ? [`${item.name}:`, ...item.shownIds] : item.ids,
  )

describe('the filter', () => {
  test('shows what is in one of its states, and folders with the files that are', () => {
    expect(shown({ filter: 'failed' })).toEqual(['Photos:', 'p1'])
    expect(shown({ filter: 'done' })).toEqual(['a', 'Photos:', 'p2'])
    expect(shown({ filter: 'active' })).toEqual(['b'])
    expect(shown({ filter: 'waiting' })).toEqual(['c', 'd'])
  })

  test('without any, the queue is shown as it is', () => {
    expect(shownOf(queue, table, { filter: 'all', search: '  ' })).toBe(queue)
  })

  test('counts files, not rows', () => {
    expect(countsOf(totalsOf(uploads))).toEqual({ all: 6, active: 1, waiting: 2, failed: 1, done: 2 })
  })
})

describe('the search', () => {
  test('looks for every word in the path, whatever its case', () => {
    expect(shown({ search: 'FILM holi' })).toEqual(['a'])
    expect(shown({ search: 'photos' })).toEqual(['Photos:', 'p1', 'p2'])
    expect(shown({ search: 'nowhere' })).toEqual([])
  })

  test('and the filter hold together', () => {
    expect(shown({ search: 'photos', filter: 'done' })).toEqual(['Photos:', 'p2'])
  })
})

describe('a view that shows less than the one before', () => {
  const at = (search: string, filter: View['filter'] = 'all'): View => ({ search, filter })

  test.each<[View, View, boolean]>([
    [at('film'), at('fil'), true],
    [at('film holi'), at('fil'), true],
    [at('holi fil'), at('fil holi'), true],
    [at('', 'done'), at(''), true],
    [at('fi', 'done'), at('f', 'done'), true],
    [at('fil'), at('film'), false],
    [at('Film'), at('fil'), false],
    [at('film', 'done'), at('fil', 'failed'), false],
    [at('film'), at('film', 'done'), false],
  ])('%j after %j: %s', (view, before, is) => {
    expect(isNarrower(view, before)).toBe(is)
    // What may be left out must be left out: looking at the part gives what looking at all does.
    if (is) expect(shownOf(shownOf(queue, table, before), table, view).items).toEqual(shownOf(queue, table, view).items)
  })

  test('keeps a folder while a file of it stays, and the very same one while all do', () => {
    const all = shownOf(queue, table, at('', 'all'))
    const less = narrowed(all, (id) => id !== 'p1')
    expect(less.folders.get('f')?.shownIds).toEqual(['p2'])
    expect(narrowed(all, (id) => id !== 'a').folders.get('f')).toBe(all.folders.get('f'))
    expect(narrowed(all, (id) => !id.startsWith('p')).folders.size).toBe(0)
  })
})
