import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { writeSoon } from './write-soon.ts'

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

test('the first request after a quiet time is written at once', async () => {
  const write = vi.fn()
  const written = writeSoon(write).request()
  await vi.advanceTimersByTimeAsync(1)
  await written
  expect(write).toHaveBeenCalledTimes(1)
})

test('a burst costs one write at its start and one for each interval', async () => {
  const write = vi.fn()
  const writer = writeSoon(write, 250)
  for (let elapsedMs = 0; elapsedMs < 1000; elapsedMs += 10) {
    void writer.request()
    await vi.advanceTimersByTimeAsync(10)
  }
  await vi.advanceTimersByTimeAsync(1000)
  expect(write.mock.calls.length).toBeGreaterThanOrEqual(4)
  expect(write.mock.calls.length).toBeLessThanOrEqual(5)
})

test('a slow write makes the next one wait nine times as long', async () => {
  const write = vi.fn(() => {
    vi.advanceTimersByTime(100)
  })
  const writer = writeSoon(write, 250)
  void writer.request()
  await vi.advanceTimersByTimeAsync(0)
  void writer.request()
  await vi.advanceTimersByTimeAsync(880)
  expect(write).toHaveBeenCalledTimes(1)
  await vi.advanceTimersByTimeAsync(30)
  expect(write).toHaveBeenCalledTimes(2)
})

test('after a very slow write the next one begins after two seconds', async () => {
  const write = vi.fn(() => {
    vi.advanceTimersByTime(1000)
  })
  const writer = writeSoon(write)
  void writer.request()
  await vi.advanceTimersByTimeAsync(0)
  void writer.request()
  await vi.advanceTimersByTimeAsync(1990)
  expect(write).toHaveBeenCalledTimes(1)
  await vi.advanceTimersByTimeAsync(20)
  expect(write).toHaveBeenCalledTimes(2)
})

test('flush writes what is waiting, once, and nothing when nothing waits', async () => {
  const write = vi.fn()
  const writer = writeSoon(write)
  writer.flush()
  expect(write).not.toHaveBeenCalled()
  const written = writer.request()
  writer.flush()
  await written
  await vi.advanceTimersByTimeAsync(5000)
  expect(write).toHaveBeenCalledTimes(1)
})

test('everyone who asked for a write that fails is told, and the next write is tried again', async () => {
  const write = vi.fn<() => void>().mockImplementationOnce(() => {
    throw new Error('ENOSPC')
  })
  const writer = writeSoon(write)
  const failures = Promise.allSettled([writer.request(), writer.request()])
  writer.flush()
  expect((await failures).map(({ status }) => status)).toEqual(['rejected', 'rejected'])
  const written = writer.request()
  writer.flush()
  await expect(written).resolves.toBeUndefined()
})
