import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createThrottles, createTokenBucket, type Throttle } from './throttle.ts'

const never = new AbortController().signal
const one = {}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
})
afterEach(() => {
  vi.useRealTimers()
})

/** Asks for pieces one after the other on each of some lanes, as a sender does, and counts what went. */
function sending(take: Throttle['take'], pieceBytes: number, lanes = 1) {
  const sent = { bytes: 0 }
  for (let lane = 0; lane < lanes; lane++) {
    const { signal } = new AbortController()
    void (async () => {
      for (;;) {
        await take(pieceBytes, sent, signal)
        sent.bytes += pieceBytes
      }
    })()
  }
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

test('uploads that run at once get equal shares of a limit, however many lanes they use and however long their pieces are', async () => {
  const bucket = createTokenBucket()
  bucket.setRate(3_000_000)
  const uploads = [
    sending(bucket.take, 65_536, 1),
    sending(bucket.take, 1_048_576, 1),
    sending(bucket.take, 262_144, 4),
    sending(bucket.take, 10_000, 64),
  ]

  await vi.advanceTimersByTimeAsync(60_000)

  for (const { bytes } of uploads) expect(Math.abs(bytes / 45_000_000 - 1)).toBeLessThan(0.05)
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
  const waiting = Promise.all([bucket.take(500, one, never), bucket.take(500, one, never)])
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
  await bucket.take(1000, one, never)
  const aborted = bucket.take(1_000_000, one, stop.signal)
  const next = bucket.take(10, one, never)

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
