import { describe, expect, test } from 'vitest'
import type { UploadSnapshot } from '../../main/contract/contract.ts'
import { sending, upload } from '../testing/samples.ts'
import { mirrorOf } from './mirror.ts'
import { type Arranged, arrangedAfter, NO_QUEUE, type Order } from './queue-order.ts'
import type { Change } from './totals.ts'

const folder = { id: 'f', name: 'Photos' }
const mixed = [upload('b', 4), upload('p2', 3, { folder }), upload('p1', 2, { folder }), upload('a', 1), upload('c', 5)]
const come = (uploads: readonly UploadSnapshot[]) => uploads.map((after) => ({ before: undefined, after }))
const nothing: Arranged = { order: [], queue: NO_QUEUE }
const before = arrangedAfter(nothing, come(mixed))
const orderAfter = (changes: readonly Change[]) => arrangedAfter(before, changes).order
const names = (of: Order) => of.map(({ id }) => id).join(' ')

describe('the queue', () => {
  test('goes by rank, a folder standing where its first file stands', () => {
    expect(before.queue.items.map(({ kind, ids }) => [kind, ...ids])).toEqual([
      ['upload', 'a'],
      ['folder', 'p1', 'p2'],
      ['upload', 'b'],
      ['upload', 'c'],
    ])
  })

  test('two drops of folders with one name are two rows', () => {
    const again = upload('q', 9, { folder: { id: 'g', name: 'Photos' } })
    expect([...arrangedAfter(before, come([again])).queue.folders.keys()]).toEqual(['f', 'g'])
  })
})

describe('the order', () => {
  test('is the very same while nobody comes, goes or moves', () => {
    const [waiting] = mixed
    const after = upload('b', 4, { status: sending(10) })
    expect(arrangedAfter(before, [{ before: waiting, after }])).toBe(before)
  })

  test('takes in what comes, at both ends and between', () => {
    expect(names(orderAfter(come([upload('z', 9), upload('m', 2.5), upload('o', 0)])))).toBe('o a p1 m p2 b c z')
  })

  test('lets go of what goes, and carries what moves', () => {
    const a = upload('a', 1)
    expect(names(orderAfter([{ before: a, after: undefined }]))).toBe('p1 p2 b c')
    expect(names(orderAfter([{ before: a, after: upload('a', 4.5) }]))).toBe('p1 p2 b a c')
  })

  test('looks at ranks of a few when a few change', () => {
    let looks = 0
    const many = Array.from({ length: 1000 }, (_, index) => upload(`u${index}`, index))
    const long = arrangedAfter(nothing, come(many))
    const watched = long.order.map((item) => ({
      ...item,
      get rank() {
        looks++
        return item.rank
      },
    }))
    expect(arrangedAfter({ ...long, order: watched }, come([upload('mid', 500.5)])).order).toHaveLength(1001)
    expect(looks).toBeLessThanOrEqual(1003)
    looks = 0
    expect(arrangedAfter({ ...long, order: watched }, come([upload('last', 5000)])).order).toHaveLength(1001)
    expect(looks).toBe(1)
  })

  test('comes to the same in whatever pieces uploads come', () => {
    const more = Array.from({ length: 300 }, (_, index) =>
      upload(`u${index}`, index, index % 3 === 0 ? {} : { folder: { id: `f${index % 7}`, name: 'Photos' } }),
    )
    const { order, queue } = arrangedAfter(nothing, come(more))
    for (const pieces of [[...more.keys()], [...more.keys()].reverse()]) {
      let arranged = nothing
      for (let at = 0; at < pieces.length; at += 41) {
        const piece = pieces.slice(at, at + 41).map((index) => more[index] as UploadSnapshot)
        arranged = arrangedAfter(arranged, come(piece))
      }
      expect([arranged.order, arranged.queue]).toEqual([order, queue])
    }
    expect(mirrorOf(more).queue).toEqual(queue)
  })
})
