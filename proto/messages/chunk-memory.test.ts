import { expect, test, vi } from 'vitest'
import { createChunkMemory } from './chunk-memory.ts'

const KIB = 1024

test('a chunk takes the place of one that is done with, also when it is shorter', () => {
  const memory = createChunkMemory(1024 * KIB)
  const first = memory.take(200 * KIB)
  first.data.fill(1)
  first.reuse()
  const second = memory.take(130 * KIB)
  expect(second.data).toHaveLength(130 * KIB)
  expect(second.data.buffer).toBe(first.data.buffer)
})

test('chunks that are still read never share a place', () => {
  const memory = createChunkMemory(1024 * KIB)
  const [one, other] = [memory.take(64 * KIB), memory.take(64 * KIB)]
  expect(one.data.buffer).not.toBe(other.data.buffer)
  one.reuse()
  other.reuse()
  const again = [memory.take(64 * KIB), memory.take(64 * KIB)]
  expect(again[0]?.data.buffer).not.toBe(again[1]?.data.buffer)
})

test('no more is kept than is allowed', () => {
  const memory = createChunkMemory(130 * KIB)
  const rooms = Array.from({ length: 3 }, () => memory.take(64 * KIB))
  for (const room of rooms) room.reuse()
  const known = new Set(rooms.map(({ data }) => data.buffer))
  const again = Array.from({ length: 3 }, () => memory.take(64 * KIB))
  expect(again.filter(({ data }) => known.has(data.buffer))).toHaveLength(2)
})

test('nothing is kept when nothing was sent for a while', () => {
  vi.useFakeTimers()
  const memory = createChunkMemory(1024 * KIB, 1000)
  const first = memory.take(64 * KIB)
  first.reuse()
  vi.advanceTimersByTime(999)
  const second = memory.take(64 * KIB)
  expect(second.data.buffer).toBe(first.data.buffer)
  second.reuse()
  vi.advanceTimersByTime(1000)
  expect(memory.take(64 * KIB).data.buffer).not.toBe(first.data.buffer)
  vi.useRealTimers()
})
