import { expect, test } from 'vitest'
import { MessageFrames } from './message-frames.ts'
import { Progress } from './progress.ts'

const patience = { firstMessageMs: 10_000, stallMs: 60_000, minProgressBytes: 4096, silenceMs: 300_000 }

/** The beginning of a message: its prefix and some of its body. */
function begun(length: number, bodyBytes: number): Buffer {
  const data = Buffer.alloc(5 + bodyBytes)
  data.writeUInt32BE(length, 1)
  return data
}

/** When a call that sends these bytes at a steady pace is given up, ms; undefined when it never is within the time. */
function stallOf(first: Buffer, piece: Buffer, everyMs: number, withinMs: number): number | undefined {
  const progress = new Progress(patience, 0)
  progress.take(first, 0)
  for (let nowMs = everyMs; nowMs <= withinMs; nowMs += everyMs) {
    if (progress.isStalled(nowMs)) return nowMs
    progress.take(piece, nowMs)
  }
  return undefined
}

test('[H10] a call that says nothing is given up after its first ten seconds', () => {
  const progress = new Progress(patience, 0)
  expect(progress.isStalled(9_999)).toBe(false)
  expect(progress.isStalled(10_000)).toBe(true)
})

test('[C23 H10] a byte each half second is no progress, however often it comes', () => {
  expect(stallOf(begun(1024 ** 2, 1), Buffer.alloc(1), 500, 120_000)).toBe(60_000)
})

test('[B7] a message of 1 MiB at 1 KB/s, a tenth of the slowest link that must work, is waited for', () => {
  expect(stallOf(begun(1024 ** 2, 0), Buffer.alloc(1000), 1000, 1_000_000)).toBeUndefined()
})

test('between messages a call may be silent for longer, and a message that begins then has its own time', () => {
  const progress = new Progress(patience, 0)
  progress.take(begun(3, 3), 0)
  expect(progress.isStalled(299_999)).toBe(false)
  progress.take(begun(1024, 1), 290_000)
  expect(progress.isStalled(349_999)).toBe(false)
  expect(progress.isStalled(350_000)).toBe(true)
})

test('messages are told apart however they are cut', () => {
  const messages = Buffer.concat([begun(3, 3), begun(0, 0), begun(300, 300), begun(9, 1)])
  for (const step of [1, 2, 5, 7, messages.length]) {
    const frames = new MessageFrames()
    for (let at = 0; at < messages.length; at += step) frames.take(messages.subarray(at, at + step))
    expect([frames.whole, frames.isInside]).toEqual([3, true])
  }
})
