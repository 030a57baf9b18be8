import { EventEmitter } from 'node:events'
import { expect, test } from 'vitest'
import type { CongestionWindow } from '../flow/congestion-window.ts'
import { createStages } from '../flow/stages.ts'
import { createTokenBucket } from '../flow/throttle.ts'
import type { OutgoingChunk } from './outgoing-chunks.ts'
import { type SendChunksOptions, sendChunks } from './send-chunks.ts'

/** Counts what is held, and does something in the very moment in which a chunk may go. */
function held(onDepart: (departures: number) => void) {
  const counts = { departures: 0, onTheirWay: 0, inMemory: 0 }
  const congestionWindow: CongestionWindow = {
    chunkBytes: () => 10,
    async depart() {
      let gone = false
      const end = (): void => {
        if (!gone) counts.onTheirWay -= 1
        gone = true
      }
      counts.onTheirWay += 1
      counts.departures += 1
      onDepart(counts.departures)
      return { arrive: end, giveUp: end }
    },
  }
  async function* chunks(): AsyncGenerator<OutgoingChunk, void> {
    for (let offset = 0; ; offset += 10) {
      counts.inMemory += 1
      let over = false
      const end = (): void => {
        if (!over) counts.inMemory -= 1
        over = true
      }
      yield { offset, data: Buffer.alloc(10), crc32: 0, done: end, drop: end }
    }
  }
  return { counts, congestionWindow, chunks: chunks() }
}

/** A stream that takes everything and answers nothing. */
function silentStream(): ReturnType<SendChunksOptions['openStreams'][number]> {
  const stream = Object.assign(new EventEmitter(), { write: () => true, end() {}, cancel() {} })
  return stream as unknown as ReturnType<SendChunksOptions['openStreams'][number]>
}

function optionsWith(
  congestionWindow: CongestionWindow,
  openStreams: SendChunksOptions['openStreams'],
): SendChunksOptions {
  const common = { fileId: 'a', generation: '1', onStored() {}, onSent() {} }
  return { ...common, openStreams, sharer: {}, congestionWindow, throttle: createTokenBucket(), stages: createStages() }
}

test.each([1, 2, 3, 4, 7])(
  'sending that is stopped in the moment in which chunk %i may go keeps no room on the way and no memory',
  async (moment) => {
    for (let hops = 0; hops < 12; hops++) {
      const stop = new AbortController()
      const later = (left: number): void => {
        if (left === 0) stop.abort(new Error('Stopped.'))
        else queueMicrotask(() => later(left - 1))
      }
      const { counts, congestionWindow, chunks } = held((departures) => {
        if (departures === moment) later(hops)
      })
      const lanes = Array.from({ length: 3 }, () => silentStream)

      await expect(sendChunks(chunks, optionsWith(congestionWindow, lanes), stop.signal)).rejects.toThrow('Stopped.')
      await new Promise((resolve) => setImmediate(resolve))

      expect(counts, `after ${hops} turns`).toMatchObject({ onTheirWay: 0, inMemory: 0 })
    }
  },
)

test('a stream that cannot be opened keeps no room on the way and no memory', async () => {
  const { counts, congestionWindow, chunks } = held(() => {})
  const open = (): never => {
    throw new Error('Channel has been shut down')
  }

  await expect(sendChunks(chunks, optionsWith(congestionWindow, [open]), new AbortController().signal)).rejects.toThrow(
    'shut down',
  )

  expect(counts).toMatchObject({ onTheirWay: 0, inMemory: 0 })
})
