import { expect, test, vi } from 'vitest'
import { createCoalescer } from './coalesce.ts'

test('a burst is published once, with each key once', () => {
  vi.useFakeTimers()
  const published: (readonly string[])[] = []
  const coalescer = createCoalescer<string>(100, (keys) => published.push(keys))
  for (let i = 0; i < 50; i++) coalescer.touch(i % 2 === 0 ? 'a' : 'b')
  expect(published).toEqual([])
  vi.advanceTimersByTime(100)
  expect(published).toEqual([['a', 'b']])
  vi.advanceTimersByTime(1000)
  expect(published).toHaveLength(1)
  vi.useRealTimers()
})

test('a flush publishes at once and leaves nothing behind', () => {
  vi.useFakeTimers()
  const published: (readonly string[])[] = []
  const coalescer = createCoalescer<string>(100, (keys) => published.push(keys))
  coalescer.touch('a')
  coalescer.flush()
  coalescer.flush()
  vi.advanceTimersByTime(1000)
  expect(published).toEqual([['a']])
  vi.useRealTimers()
})

test('a change in a hurry is published at once, but a flood of them still at the interval', () => {
  vi.useFakeTimers()
  const published: (readonly number[])[] = []
  const coalescer = createCoalescer<number>(100, (keys) => published.push(keys))
  for (let i = 0; i < 50; i++) coalescer.hurry(i)
  expect(published).toEqual([[0]])
  vi.advanceTimersByTime(100)
  expect(published).toHaveLength(2)
  expect(published[1]).toHaveLength(49)
  vi.useRealTimers()
})
