import { describe, expect, test } from 'vitest'
import { deepFreeze, done, failed, sending, upload } from '../testing/samples.ts'
import { afterChange, finalise, giveBack, lookAt, mirrorOf, undoable, withhold } from './mirror.ts'
import { totalsOf } from './totals.ts'
import { uploadTable } from './upload-table.ts'
import { shownOf } from './view.ts'

const folder = { id: 'f', name: 'Photos' }
const a = upload('a', 1)
const [p1, p2] = [upload('p1', 2, { folder }), upload('p2', 3, { folder, status: failed })]
const mirror = deepFreeze(mirrorOf([a, p1, p2]))

describe('a folder', () => {
  test('is summed up as its files change, and forgotten with the last of them', () => {
    const sent = afterChange(mirror, [upload('p1', 2, { folder, status: sending(300) })], [])
    expect(sent.folderTotals.get('f')).toMatchObject({ count: 2, bytesStored: 300, countOf: { sending: 1, failed: 1 } })
    expect(afterChange(sent, [], ['p1', 'p2']).folderTotals.size).toBe(0)
  })
})

describe('what is shown', () => {
  test('is the very same until an upload comes into it or leaves it', () => {
    const waiting = lookAt(mirror, { filter: 'waiting', search: '' })
    const other = afterChange(waiting, [upload('p2', 3, { folder, status: done })], [])
    expect(other.shown).toBe(waiting.shown)
    const left = afterChange(other, [upload('a', 1, { status: sending(1) })], [])
    expect(left.shown.items.map(({ kind }) => kind)).toEqual(['folder'])
    expect(lookAt(left, { filter: 'all', search: '' }).shown).toBe(left.queue)
  })

  test('is what looking at everything anew would show, however uploads come, go and change', () => {
    const statuses = [sending(1), done, failed, { kind: 'waiting' }, { kind: 'paused' }] as const
    let seed = 7
    const chance = (below: number) => {
      seed = (Math.imul(seed, 48_271) >>> 0) % 2_147_483_647
      return seed % below
    }
    let now = lookAt(mirrorOf([]), { filter: 'waiting', search: 'a' })
    for (let step = 0; step < 300; step++) {
      const changed = Array.from({ length: chance(4) }, () => {
        const id = chance(20)
        const place = id % 3 === 0 ? { folder, path: `Photos/${id}a` } : { path: `${id}a${id % 2}` }
        return upload(`u${id}`, id, { ...place, status: statuses[chance(5)] ?? done })
      })
      const ids = new Set(changed.map(({ id }) => id))
      const removed = [`u${chance(20)}`].filter((id) => chance(4) === 0 && !ids.has(id))
      now = afterChange(now, [...new Map(changed.map((one) => [one.id, one])).values()], removed)
      expect(now.shown).toEqual(shownOf(now.queue, now.uploads, now.view))
    }
  })
})

describe('what was removed', () => {
  const removed = deepFreeze(withhold(mirror, { removal: 1, uploads: uploadTable([a, p2]), pausedIds: ['a'] }))

  test('is gone from the list and the totals', () => {
    expect(removed.queue.items).toHaveLength(1)
    expect(removed.totals).toEqual(totalsOf([p1]))
    expect(undoable(removed)?.pausedIds).toEqual(['a'])
  })

  test('comes back as it is by then', () => {
    const paused = upload('a', 1, { status: { kind: 'paused', bytesStored: 7 } })
    const later = afterChange(removed, [paused, upload('p1', 2, { folder, status: done })], [])
    expect(later.uploads.get('a')).toBeUndefined()
    const back = giveBack(later, 1)
    expect(back.uploads.get('a')).toBe(paused)
    expect(back.totals.count).toBe(3)
    expect(undoable(back)).toBeUndefined()
  })

  test('is forgotten when the main process says so', () => {
    const half = afterChange(removed, [], ['a'])
    expect(half.withheld.map(({ uploads }) => uploads.size)).toEqual([1])
    expect(afterChange(half, [], ['p2']).withheld).toEqual([])
  })

  test('cannot be undone for ever, the latest first', () => {
    const both = withhold(removed, { removal: 2, uploads: uploadTable([p1]), pausedIds: [] })
    expect(undoable(both)?.removal).toBe(2)
    expect(undoable(finalise(both, 2))?.removal).toBe(1)
    expect(undoable(finalise(finalise(both, 2), 1))).toBeUndefined()
  })
})

test('with 100,000 uploads, progress of three looks at these three', () => {
  let looks = 0
  const many = Array.from({ length: 100_000 }, (_, index) => {
    const plain = upload(`u${index}`, index)
    return {
      ...plain,
      get rank() {
        looks++
        return plain.rank
      },
      get status() {
        looks++
        return plain.status
      },
      get sizeBytes() {
        looks++
        return plain.sizeBytes
      },
    }
  })
  const large = mirrorOf(many)
  looks = 0
  const moving = [0, 5, 99_999].map((index) => upload(`u${index}`, index, { status: sending(10, 5) }))
  const after = afterChange(large, moving, [])
  expect(looks).toBeGreaterThan(0)
  expect(looks).toBeLessThan(100)
  expect([after.order, after.queue, after.shown]).toEqual([large.order, large.queue, large.shown])
  expect(after.queue).toBe(large.queue)
  expect(after.totals.countOf).toMatchObject({ sending: 3, waiting: 99_997 })
  // One that goes is one pass over the ranks or less, and no sorting.
  looks = 0
  expect(afterChange(after, [], ['u7']).queue.items).toHaveLength(99_999)
  expect(looks).toBeLessThan(300_000)
})
