import { describe, expect, test } from 'vitest'
import type { UploadSnapshot } from '../main/contract.ts'
import { type Order, orderAfter, queueOf } from './queue-order.ts'
import { sending, upload } from './testing/samples.ts'

const folder = { id: 'f', name: 'Photos' }
const mixed = [upload('b', 4), upload('p2', 3, { folder }), upload('p1', 2, { folder }), upload('a', 1), upload('c', 5)]
const come = (uploads: readonly UploadSnapshot[]) => uploads.map((after) => ({ before: undefined, after }))
const order = orderAfter([], come(mixed))
const names = (of: Order) => of.map(({ id }) => id).join(' ')

describe('the queue', () => {
  test('goes by rank, a folder standing where its first file stands', () => {
    expect(queueOf(order).items.map(({ kind, ids }) => [kind, ...ids])).toEqual([
      ['upload', 'a'],
      ['folder', 'p1', 'p2'],
      ['upload', 'b'],
      ['upload', 'c'],
    ])
  })

  test('two drops of folders with one name are two rows', () => {
    const again = upload('q', 9, { folder: { id: 'g', name: 'Photos' } })
    expect([...queueOf(orderAfter(order, come([again]))).folders.keys()]).toEqual(['f', 'g'])
  })
})

describe('the order', () => {
  test('is the very same while nobody comes, goes or moves', () => {
    const [before] = mixed
    const after = upload('b', 4, { status: sending(10) })
    expect(orderAfter(order, [{ before, after }])).toBe(order)
  })

  test('takes in what comes, at both ends and between', () => {
    expect(names(orderAfter(order, come([upload('z', 9), upload('m', 2.5), upload('o', 0)])))).toBe('o a p1 m p2 b c z')
  })

  test('lets go of what goes, and carries what moves', () => {
    const a = upload('a', 1)
    expect(names(orderAfter(order, [{ before: a, after: undefined }]))).toBe('p1 p2 b c')
    expect(names(orderAfter(order, [{ before: a, after: upload('a', 4.5) }]))).toBe('p1 p2 b a c')
  })

  test('looks at ranks of a few when a few change', () => {
    let looks = 0
    const many = Array.from({ length: 1000 }, (_, index) => upload(`u${index}`, index))
    const long = orderAfter([], come(many)).map((item) => ({
      ...item,
      get rank() {
        looks++
        return item.rank
      },
    }))
    expect(orderAfter(long, come([upload('last', 5000)]))).toHaveLength(1001)
    expect(looks).toBeLessThanOrEqual(1000)
  })
})
