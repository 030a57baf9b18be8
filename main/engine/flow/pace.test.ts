import { expect, test } from 'vitest'
import { createPace, SMALLEST_CHUNK_BYTES } from './pace.ts'

const never = new AbortController().signal
const one = {}
const MIB = 1024 ** 2

/** Sends one chunk after the other over a network that takes this long for each. */
async function send(pace: ReturnType<typeof createPace>, clock: { ms: number }, chunks: number, tookMs: number) {
  for (let chunk = 0; chunk < chunks; chunk++) {
    const departure = await pace.depart(pace.chunkBytes(), one, never)
    clock.ms += tookMs
    departure.arrive()
  }
}

function pacing() {
  const clock = { ms: 0 }
  return { clock, pace: createPace(() => clock.ms) }
}

test('begins with the smallest chunk, and nothing leaves beside it', async () => {
  const { pace } = pacing()
  expect(pace.chunkBytes()).toBe(SMALLEST_CHUNK_BYTES)
  const first = await pace.depart(SMALLEST_CHUNK_BYTES, one, never)
  let left = false
  const second = pace.depart(SMALLEST_CHUNK_BYTES, one, never).then(() => {
    left = true
  })
  await Promise.resolve()
  expect(left).toBe(false)
  first.arrive()
  await second
})

test('quick answers lead to long chunks within five of them', async () => {
  const { pace, clock } = pacing()
  await send(pace, clock, 5, 5)
  expect(pace.chunkBytes()).toBe(MIB)
})

test('answers that take neither long nor short leave the pace as it is', async () => {
  const { pace, clock } = pacing()
  await send(pace, clock, 3, 5)
  const before = pace.chunkBytes()
  await send(pace, clock, 50, 2000)
  expect(pace.chunkBytes()).toBe(before)
})

test('a network that became slow gets short chunks again, and never shorter than the smallest', async () => {
  const { pace, clock } = pacing()
  await send(pace, clock, 10, 5)
  await send(pace, clock, 30, 6500)
  expect(pace.chunkBytes()).toBe(SMALLEST_CHUNK_BYTES)
})

test('what left before a change does not count as an answer to it', async () => {
  const { pace, clock } = pacing()
  await send(pace, clock, 8, 5)
  const before = pace.chunkBytes()
  const together = await Promise.all(Array.from({ length: 4 }, () => pace.depart(SMALLEST_CHUNK_BYTES, one, never)))
  clock.ms += 5000
  for (const departure of together) departure.arrive()
  expect(pace.chunkBytes()).toBe(before / 2)
})

test('whoever is stopped while waiting lets the next one go, and what nobody waits for makes room', async () => {
  const { pace } = pacing()
  const first = await pace.depart(SMALLEST_CHUNK_BYTES, one, never)
  const stop = new AbortController()
  const stopped = pace.depart(SMALLEST_CHUNK_BYTES, one, stop.signal)
  const next = pace.depart(SMALLEST_CHUNK_BYTES, one, never)
  stop.abort(new Error('stopped'))
  await expect(stopped).rejects.toThrow('stopped')
  first.giveUp()
  first.arrive()
  await next
})
