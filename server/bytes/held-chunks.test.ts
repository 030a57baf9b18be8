import { expect, test } from 'vitest'
import { HeldChunks } from './held-chunks.ts'

const MIB = 1024 ** 2

test('what waits is given once, when it is its turn', () => {
  const held = new HeldChunks()
  held.add(10, Buffer.from('abc'))
  expect(held.take(9)).toBeUndefined()
  expect(held.take(10)?.toString()).toBe('abc')
  expect(held.take(10)).toBeUndefined()
})

test('of what was hashed in part already the rest is given, and what lies before is forgotten', () => {
  const held = new HeldChunks()
  held.add(10, Buffer.from('abc'))
  held.add(0, Buffer.from('xyz'))
  expect(held.take(12)?.toString()).toBe('c')
  expect(held.take(0)).toBeUndefined()
})

test('there is room for so much of one upload, and for so much of all, and it comes free again', () => {
  const uploads = Array.from({ length: 4 }, () => new HeldChunks())
  const fill = (held: HeldChunks) => {
    for (let at = 0; at < 20; at++) held.add(at * MIB, Buffer.alloc(MIB))
    const isThere = Array.from({ length: 20 }, (_, at) => held.take(at * MIB) !== undefined)
    return isThere.filter(Boolean).length
  }
  const [one = new HeldChunks(), two, three, four] = uploads
  expect(fill(one)).toBe(16)
  for (const held of [one, two, three, four]) for (let at = 0; at < 20; at++) held?.add(at * MIB, Buffer.alloc(MIB))
  expect([one.take(0), two?.take(0), three?.take(0), four?.take(0)].filter(Boolean)).toHaveLength(2)
  for (const held of uploads) held.clear()
  expect(fill(one)).toBe(16)
})
