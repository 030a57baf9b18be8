import { describe, expect, test } from 'vitest'
import { canPause, type UploadSnapshot } from '../main/contract.ts'
import { hasAny, idsWhere, moveByOne, pick, queueItems, rows, summarise, uploadShare } from './selectors.ts'
import { done, failed, sending, upload } from './testing/samples.ts'

const folder = { id: 'f', name: 'Photos' }
const mixed = [upload('b', 4), upload('p2', 3, { folder }), upload('p1', 2, { folder }), upload('a', 1), upload('c', 5)]
const byId = (uploads: readonly UploadSnapshot[]) => new Map(uploads.map((item) => [item.id, item]))
const items = queueItems(byId(mixed))

describe('the queue', () => {
  test('goes by rank, a folder standing where its first file stands', () => {
    expect(items.map(({ kind, ids }) => [kind, ...ids])).toEqual([
      ['upload', 'a'],
      ['folder', 'p1', 'p2'],
      ['upload', 'b'],
      ['upload', 'c'],
    ])
  })

  test('shows the files of open folders only', () => {
    expect(rows(items, new Set()).map(({ key }) => key)).toEqual(['a', 'folder f', 'b', 'c'])
    expect(rows(items, new Set(['folder f'])).map(({ key }) => key)).toEqual(['a', 'folder f', 'p1', 'p2', 'b', 'c'])
  })

  test('two drops of folders with one name are two rows', () => {
    const again = upload('q', 9, { folder: { id: 'g', name: 'Photos' } })
    expect(queueItems(byId([...mixed, again])).filter(({ kind }) => kind === 'folder')).toHaveLength(2)
  })
})

describe('moving a row by one', () => {
  const list = rows(items, new Set(['folder f']))
  const move = (key: string, direction: 'up' | 'down') => {
    const row = list.find((candidate) => candidate.key === key)
    return row && moveByOne(items, row, direction)
  }

  test('moves before the row above, or behind the row below', () => {
    expect(move('b', 'up')).toEqual({ ids: ['b'], before: 'p1' })
    expect(move('a', 'down')).toEqual({ ids: ['a'], before: 'b' })
    expect(move('b', 'down')).toEqual({ ids: ['b'], before: undefined })
  })

  test('moves a folder with all its files', () => {
    expect(move('folder f', 'up')).toEqual({ ids: ['p1', 'p2'], before: 'a' })
  })

  test('a file of a folder stays in it', () => {
    expect(move('p1', 'down')).toEqual({ ids: ['p1'], before: 'b' })
    expect(move('p1', 'up')).toBeUndefined()
    expect(move('p2', 'down')).toBeUndefined()
  })

  test('stops at both ends', () => {
    expect(move('a', 'up')).toBeUndefined()
    expect(move('c', 'down')).toBeUndefined()
  })
})

describe('summing up', () => {
  test('adds bytes, rates and states, and tells the time left for what goes on by itself', () => {
    const paused = upload('p', 4, { status: { kind: 'paused', bytesStored: 100 } })
    const list = [
      upload('a', 1, { status: sending(400, 50) }),
      upload('b', 2, { status: sending(200, 30) }),
      upload('c', 3),
      paused,
    ]
    expect(summarise(list)).toMatchObject({
      count: 4,
      bytesTotal: 4000,
      bytesStored: 700,
      share: 0.175,
      bytesPerSecond: 80,
      secondsLeft: (600 + 800 + 1000) / 80,
      countOf: { sending: 2, waiting: 1, paused: 1, done: 0 },
    })
  })

  test('names no rate and no time while nothing is known to move', () => {
    const summary = summarise([upload('a', 1, { status: sending(400) })])
    expect(summary).not.toHaveProperty('bytesPerSecond')
    expect(summary).not.toHaveProperty('secondsLeft')
  })

  test('is whole only when every upload is done', () => {
    const verifying = upload('b', 2, { status: { kind: 'verifying', bytesVerified: 1000 } })
    expect(summarise([upload('a', 1, { status: done }), verifying]).share).toBe(0.99)
    expect(summarise([upload('a', 1, { status: done })]).share).toBe(1)
    expect(summarise([]).share).toBe(0)
  })
})

describe('the share of one upload', () => {
  test('is whole only when done, and empty files are no exception', () => {
    expect(uploadShare(upload('a', 1, { status: sending(1000) }))).toBe(0.99)
    expect(uploadShare(upload('a', 1, { status: { kind: 'verifying', bytesVerified: 999 } }))).toBe(0.99)
    expect(uploadShare(upload('a', 1, { sizeBytes: 0 }))).toBe(0)
    expect(uploadShare(upload('a', 1, { sizeBytes: 0, status: done }))).toBe(1)
  })
})

test('what a command may touch is chosen by state', () => {
  const list = [upload('a', 1), upload('b', 2, { status: failed }), upload('c', 3, { status: sending(1) })]
  expect(idsWhere(list, canPause)).toEqual(['a', 'c'])
  expect(hasAny(list, canPause)).toBe(true)
  expect(hasAny([], canPause)).toBe(false)
  expect(pick(byId(list), ['c', 'gone', 'a']).map(({ id }) => id)).toEqual(['c', 'a'])
})
