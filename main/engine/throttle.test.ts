import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createThrottles, createTokenBucket } from './throttle.ts'

const never = new AbortController().signal

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
})
afterEach(() => {
  vi.useRealTimers()
})

/** Asks for pieces one after the other, as a sender does, and counts what went. */
function sending(take: (bytes: number, signal: AbortSignal) => Promise<void>, pieceBytes: number) {
  const sent = { bytes: 0 }
  void (async () => {
    for (;;) {
      await take(pieceBytes, never)
      sent.bytes += pieceBytes
    }
  })()
  return sent
}

test.each([
  [10_000, 65_536],
  [100_000, 16_384],
  [1_000_000, 65_536],
  [20_000_000, 1_048_576],
])('at %i bytes a second, pieces of %i bytes go within five percent of that in a minute', async (rate, piece) => {
  const bucket = createTokenBucket()
  bucket.setRate(rate)
  const sent = sending(bucket.take, piece)

  await vi.advanceTimersByTimeAsync(60_000)

  expect(Math.abs(sent.bytes - rate * 60)).toBeLessThanOrEqual(Math.max(rate * 60 * 0.05, piece))
})

test('a rate that changes counts at once, also for what waits already', async () => {
  const bucket = createTokenBucket()
  bucket.setRate(1000)
  const sent = sending(bucket.take, 100_000)
  await vi.advanceTimersByTimeAsync(1000)
  expect(sent.bytes).toBe(100_000)

  bucket.setRate(1_000_000)
  await vi.advanceTimersByTimeAsync(10_000)

  expect(sent.bytes).toBeGreaterThan(9_000_000)
  expect(sent.bytes).toBeLessThanOrEqual(10_200_000)
})

test('a limit that is lifted holds nothing up, and nothing was saved up when it comes back', async () => {
  const bucket = createTokenBucket()
  bucket.setRate(1)
  const waiting = Promise.all([bucket.take(500, never), bucket.take(500, never)])
  bucket.setRate(undefined)
  await waiting
  await vi.advanceTimersByTimeAsync(60_000)

  bucket.setRate(1000)
  const sent = sending(bucket.take, 100)
  await vi.advanceTimersByTimeAsync(1000)

  expect(sent.bytes).toBeLessThanOrEqual(1200)
})

test('one that is aborted while it waits leaves the line, and the next one goes when it is its turn', async () => {
  const bucket = createTokenBucket()
  bucket.setRate(1000)
  const stop = new AbortController()
  await bucket.take(1000, never)
  const aborted = bucket.take(1_000_000, stop.signal)
  const next = bucket.take(10, never)

  stop.abort(new Error('Paused.'))

  await expect(aborted).rejects.toThrow('Paused.')
  await vi.advanceTimersByTimeAsync(1100)
  await next
})

test('both the rate for everything and that of a receiver are kept to', async () => {
  const throttles = createThrottles()
  throttles.setRate(100_000)
  throttles.setRate(20_000, 'slow')
  const [slow, one, two] = ['slow', 'one', 'two'].map((receiver) => sending(throttles.to(receiver).take, 1000))

  await vi.advanceTimersByTimeAsync(30_000)

  const [slowBytes = 0, oneBytes = 0, twoBytes = 0] = [slow, one, two].map((sent) => sent?.bytes)
  expect(Math.abs(slowBytes - 600_000)).toBeLessThan(30_000)
  expect(Math.abs(slowBytes + oneBytes + twoBytes - 3_000_000)).toBeLessThan(150_000)
  expect(Math.abs(oneBytes - twoBytes)).toBeLessThan(0.1 * oneBytes)
})

test('pieces shrink with the rate, so that nothing else on the network waits long behind one', () => {
  const throttles = createThrottles()
  expect(throttles.to('a').mostAtOnce()).toBe(Number.POSITIVE_INFINITY)
  throttles.setRate(1_000_000)
  expect(throttles.to('a').mostAtOnce()).toBe(250_000)
  throttles.setRate(100_000, 'a')
  expect(throttles.to('a').mostAtOnce()).toBe(25_000)
  expect(throttles.to('b').mostAtOnce()).toBe(250_000)
})
