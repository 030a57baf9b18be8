import { describe, expect, test } from 'vitest'
import { failed, upload } from '../testing/samples.ts'
import { mirrorOf } from './mirror.ts'
import { queueRows } from './queue-rows.ts'
import { areSiblings, moveBeside, moveByOne, moveToEnd } from './reorder.ts'

const folder = { id: 'f', name: 'Photos' }
const uploads = [
  upload('a', 1, { status: failed }),
  upload('p1', 2, { folder }),
  upload('p2', 3, { folder }),
  upload('b', 4, { status: failed }),
  upload('c', 5),
]
const { queue } = mirrorOf(uploads)
const rows = queueRows(queue, new Set(['folder f']))
const row = (key: string) => {
  const found = rows.at(rows.indexOf(key))
  if (found === undefined) throw new Error(`No row ${key}`)
  return found
}
const step = (key: string, direction: 'up' | 'down', keys: readonly string[] = [key]) =>
  moveByOne(queue, rows, row(key), new Set(keys), direction)

describe('moving a row by one', () => {
  test('moves before the row above, or behind the row below', () => {
    expect(step('b', 'up')).toEqual({ ids: ['b'], before: 'p1' })
    expect(step('a', 'down')).toEqual({ ids: ['a'], before: 'b' })
    expect(step('b', 'down')).toEqual({ ids: ['b'], before: undefined })
  })

  test('moves a folder with all its files', () => {
    expect(step('folder f', 'up')).toEqual({ ids: ['p1', 'p2'], before: 'a' })
  })

  test('a file of a folder stays in it', () => {
    expect(step('p1', 'down')).toEqual({ ids: ['p1'], before: 'b' })
    expect(step('p1', 'up')).toBeUndefined()
    expect(step('p2', 'down')).toBeUndefined()
  })

  test('stops at both ends', () => {
    expect(step('a', 'up')).toBeUndefined()
    expect(step('c', 'down')).toBeUndefined()
  })

  test('takes along what is selected beside it', () => {
    expect(step('b', 'up', ['b', 'c', 'p1'])).toEqual({ ids: ['b', 'c'], before: 'p1' })
    expect(step('a', 'down', ['a', 'b'])).toEqual({ ids: ['a', 'b'], before: undefined })
  })

  test('passes what a filter hides', () => {
    const filtered = mirrorOf(uploads, { filter: 'failed', search: '' })
    const two = queueRows(filtered.shown, new Set())
    const b = two.at(1)
    expect(b && moveByOne(filtered.queue, two, b, new Set(['b']), 'up')).toEqual({ ids: ['b'], before: 'a' })
  })
})

describe('moving rows beside another', () => {
  test('puts them before it, or before what follows it', () => {
    expect(moveBeside(queue, row('c'), new Set(['c']), 'folder f', 'above')).toEqual({ ids: ['c'], before: 'p1' })
    expect(moveBeside(queue, row('a'), new Set(['a']), 'folder f', 'below')).toEqual({ ids: ['a'], before: 'b' })
    expect(moveBeside(queue, row('a'), new Set(['a']), 'c', 'below')).toEqual({ ids: ['a'], before: undefined })
  })

  test('names one that stays to stop before', () => {
    expect(moveBeside(queue, row('a'), new Set(['a', 'b']), 'b', 'above')).toEqual({ ids: ['a', 'b'], before: 'c' })
  })

  test('moves to both ends', () => {
    expect(moveToEnd(queue, row('c'), new Set(['c', 'b']), 'first')).toEqual({ ids: ['b', 'c'], before: 'a' })
    expect(moveToEnd(queue, row('p1'), new Set(['p1']), 'last')).toEqual({ ids: ['p1'], before: 'b' })
  })

  test('is possible among siblings only', () => {
    expect(areSiblings(queue, row('p1'), row('p2'))).toBe(true)
    expect(areSiblings(queue, row('p1'), row('c'))).toBe(false)
    expect(areSiblings(queue, row('a'), row('folder f'))).toBe(true)
  })
})
