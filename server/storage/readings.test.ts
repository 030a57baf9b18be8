import { setImmediate as settled } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { FairQueue } from '../base/fair-queue.ts'
import { Readings } from './readings.ts'

async function* blocks(count: number, onRead: () => void = () => undefined): AsyncGenerator<Buffer> {
  for (let index = 0; index < count; index++) {
    onRead()
    yield Buffer.alloc(10)
  }
}

test('blocks come as they are, in turns', async () => {
  const readings = new Readings(new FairQueue())
  let bytes = 0
  for await (const block of readings.fairBlocks({ sender: 'a' }, blocks(5))) bytes += block.length
  expect(bytes).toBe(50)
})

test('a chunk of another sender waits for a block that is read, and not for the file', async () => {
  const fairQueue = new FairQueue()
  const readings = new Readings(fairQueue)
  let read = 0
  const reading = (async () => {
    for await (const _block of readings.fairBlocks(
      { sender: 'reader' },
      blocks(1000, () => {
        read += 1
      }),
    ))
      await settled()
  })()
  await settled()
  const before = read
  await fairQueue.run('sender', 10, async () => undefined)
  expect(read - before).toBeLessThan(10)
  await reading
})

test('reading ends within a block when nobody waits any more, and what was open is closed', async () => {
  const readings = new Readings(new FairQueue())
  const gone = new AbortController()
  let isClosed = false
  let read = 0
  async function* endless(): AsyncGenerator<Buffer> {
    try {
      for (;;) {
        read += 1
        yield Buffer.alloc(1)
      }
    } finally {
      isClosed = true
    }
  }
  const reading = (async () => {
    for await (const _block of readings.fairBlocks({ sender: 'a', signal: gone.signal }, endless()))
      if (read === 3) gone.abort(new Error('gone'))
  })()
  await expect(reading).rejects.toThrow('gone')
  expect({ read, isClosed }).toEqual({ read: 3, isClosed: true })
})

test('a few readings of one sender are under way at once; others wait in line, and leave it when nobody waits for them', async () => {
  const readings = new Readings(new FairQueue())
  const ends: (() => void)[] = []
  const begun: number[] = []
  const read = (index: number, signal?: AbortSignal) =>
    readings.run({ sender: 'a', signal }, () => {
      begun.push(index)
      return new Promise<void>((resolve) => ends.push(resolve))
    })
  const gone = new AbortController()
  const running = [0, 1, 2, 3].map((index) => read(index))
  const leaving = read(4, gone.signal)
  running.push(read(5))
  await settled()
  expect(begun).toEqual([0, 1, 2, 3])
  gone.abort(new Error('gone'))
  await expect(leaving).rejects.toThrow('gone')
  // Others are not held up.
  await readings.run({ sender: 'b' }, async () => undefined)
  ends[0]?.()
  await settled()
  expect(begun).toEqual([0, 1, 2, 3, 5])
  for (const end of ends) end()
  await Promise.all(running)
})

test('records come one by one, and none is left out', async () => {
  const readings = new Readings(new FairQueue())
  async function* numbers(): AsyncGenerator<number> {
    for (let number = 0; number < 200; number++) yield number
  }
  const all: number[] = []
  for await (const number of readings.fairRecords({ sender: 'a' }, numbers())) all.push(number)
  expect(all).toEqual(Array.from({ length: 200 }, (_, index) => index))
})
