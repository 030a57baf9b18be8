import { setImmediate as settled } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { createCongestionWindow, SMALLEST_CHUNK_BYTES } from './congestion-window.ts'

const never = new AbortController().signal
const one = {}
const MIB = 1024 ** 2

/** Sends one chunk after the other over a network that takes this long for each. */
async function send(
  congestionWindow: ReturnType<typeof createCongestionWindow>,
  clock: { ms: number },
  chunks: number,
  tookMs: number,
) {
  for (let chunk = 0; chunk < chunks; chunk++) {
    const departure = await congestionWindow.depart(congestionWindow.chunkBytes(), one, never)
    clock.ms += tookMs
    departure.arrive()
  }
}

function pacing() {
  const clock = { ms: 0 }
  return { clock, congestionWindow: createCongestionWindow(() => clock.ms) }
}

test('begins with the smallest chunk, and nothing leaves beside it', async () => {
  const { congestionWindow } = pacing()
  expect(congestionWindow.chunkBytes()).toBe(SMALLEST_CHUNK_BYTES)
  const first = await congestionWindow.depart(SMALLEST_CHUNK_BYTES, one, never)
  let left = false
  const second = congestionWindow.depart(SMALLEST_CHUNK_BYTES, one, never).then(() => {
    left = true
  })
  await Promise.resolve()
  expect(left).toBe(false)
  first.arrive()
  await second
})

test('quick answers lead to long chunks within five of them', async () => {
  const { congestionWindow, clock } = pacing()
  await send(congestionWindow, clock, 5, 5)
  expect(congestionWindow.chunkBytes()).toBe(MIB)
})

test.each([
  [10, 6],
  [50, 1],
  [500, 0],
])(
  'after one round trip of %i ms, at least %i MiB more may leave at once, and only what that proves',
  async (tookMs, mib) => {
    const { congestionWindow, clock } = pacing()
    await send(congestionWindow, clock, 1, tookMs)
    let left = 0
    for (let chunk = 0; chunk < 256; chunk++)
      void congestionWindow.depart(SMALLEST_CHUNK_BYTES, one, never).then(() => {
        left += SMALLEST_CHUNK_BYTES
      })
    await settled()
    expect(left).toBeGreaterThanOrEqual(mib * MIB)
    expect(left).toBeLessThanOrEqual((SMALLEST_CHUNK_BYTES * 1000) / tookMs)
  },
)

test('answers that take neither long nor short leave the congestionWindow as it is', async () => {
  const { congestionWindow, clock } = pacing()
  await send(congestionWindow, clock, 3, 5)
  const before = congestionWindow.chunkBytes()
  await send(congestionWindow, clock, 50, 2000)
  expect(congestionWindow.chunkBytes()).toBe(before)
})

test('a network that became slow gets short chunks again, and never shorter than the smallest', async () => {
  const { congestionWindow, clock } = pacing()
  await send(congestionWindow, clock, 10, 5)
  await send(congestionWindow, clock, 30, 6500)
  expect(congestionWindow.chunkBytes()).toBe(SMALLEST_CHUNK_BYTES)
})

test('what left before a change does not count as an answer to it', async () => {
  const { congestionWindow, clock } = pacing()
  await send(congestionWindow, clock, 8, 5)
  const before = congestionWindow.chunkBytes()
  const together = await Promise.all(
    Array.from({ length: 4 }, () => congestionWindow.depart(SMALLEST_CHUNK_BYTES, one, never)),
  )
  clock.ms += 5000
  for (const departure of together) departure.arrive()
  expect(congestionWindow.chunkBytes()).toBe(before / 2)
})

test('whoever is stopped while waiting lets the next one go, and what nobody waits for makes room', async () => {
  const { congestionWindow } = pacing()
  const first = await congestionWindow.depart(SMALLEST_CHUNK_BYTES, one, never)
  const stop = new AbortController()
  const stopped = congestionWindow.depart(SMALLEST_CHUNK_BYTES, one, stop.signal)
  const next = congestionWindow.depart(SMALLEST_CHUNK_BYTES, one, never)
  stop.abort(new Error('stopped'))
  await expect(stopped).rejects.toThrow('stopped')
  first.giveUp()
  first.arrive()
  await next
})
