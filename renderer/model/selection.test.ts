import { describe, expect, test } from 'vitest'
import { done, upload } from '../testing/samples.ts'
import { mirrorOf } from './mirror.ts'
import { queueRows } from './queue-rows.ts'
import { idsOf, NO_SELECTION, selectAll, selectOnly, selectTo, toggleSelected } from './selection.ts'

const folder = { id: 'f', name: 'Photos' }
const mirror = mirrorOf([
  upload('a', 1),
  upload('p1', 2, { folder }),
  upload('p2', 3, { folder, status: done }),
  upload('b', 4),
])
const rows = queueRows(mirror.shown, new Set(['folder f']))

describe('selecting', () => {
  test('goes from the anchor in either direction, and again from there', () => {
    const below = selectTo(selectOnly('p1'), rows, 'b')
    expect([...below.keys]).toEqual(['p1', 'p2', 'b'])
    expect([...selectTo(below, rows, 'a').keys]).toEqual(['a', 'folder f', 'p1'])
  })

  test('begins where nothing was selected, or where the anchor is gone', () => {
    expect(selectTo(NO_SELECTION, rows, 'b')).toEqual(selectOnly('b'))
    expect(selectTo(selectOnly('gone'), rows, 'b')).toEqual(selectOnly('b'))
  })

  test('adds one and takes it out', () => {
    const both = toggleSelected(selectOnly('a'), 'b')
    expect([...both.keys]).toEqual(['a', 'b'])
    expect([...toggleSelected(both, 'a').keys]).toEqual(['b'])
  })

  test('takes everything that is shown', () => {
    expect([...selectAll(NO_SELECTION, rows).keys]).toEqual(['a', 'folder f', 'p1', 'p2', 'b'])
  })
})

describe('the uploads of a selection', () => {
  test('are each named once, those of a folder with it', () => {
    expect(idsOf(['p2', 'folder f', 'b', 'gone', 'folder gone'], mirror)).toEqual(['p2', 'b', 'p1'])
  })

  test('are shown ones only', () => {
    const failedOnly = mirrorOf([...mirror.uploads.values()], { filter: 'done', search: '' })
    expect(idsOf(['a', 'folder f'], failedOnly)).toEqual(['p2'])
  })
})
