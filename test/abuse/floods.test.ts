import { connect } from 'node:http2'
import { expect, onTestFinished, test } from 'vitest'
import { rawCall } from '../../server/fixtures/raw-call.ts'
import {
  callBlock,
  END_HEADERS,
  END_STREAM,
  FRAME,
  frame,
  HELLO,
  headerBlock,
  type RawConnection,
  rawConnection,
} from '../../server/fixtures/raw-frames.ts'
import { sizeOf } from '../faults/run-size.ts'
import { startVictim } from './receiver.ts'

/** More than any flood may make the receiver grow, MiB. */
const GROWTH_MIB = 100
/** A flood that nobody stops ends by itself. */
const FLOOD_MS = sizeOf({ short: 1_500, full: 8_000 })

/**
 * Writes again and again until the receiver has had enough or the time is over; a peer that floods does not listen
 * either.
 */
async function flood({ write, socket }: RawConnection, next: (round: number) => Uint8Array): Promise<void> {
  await write(HELLO)
  const until = performance.now() + FLOOD_MS
  for (let round = 0; !socket.destroyed && performance.now() < until; round++) {
    await Promise.race([write(next(round)), new Promise((resolve) => setTimeout(resolve, FLOOD_MS).unref())])
  }
}

const many = (count: number, make: (number: number) => Buffer): Buffer =>
  Buffer.concat(Array.from({ length: count }, (_, number) => make(number)))

/** Streams of a client have odd numbers, each greater than the one before. */
const streamId = (round: number, number: number, perRound: number) => 1 + 2 * (round * perRound + number)

const int32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

const floods: Record<string, (round: number) => Buffer> = {
  PING: () => many(1000, () => frame(FRAME.ping, 0, 0, Buffer.alloc(8))),
  SETTINGS: () => many(1000, () => frame(FRAME.settings, 0, 0, Buffer.from([0, 4, 0, 1, 0, 0]))),
  CONTINUATION: (round) =>
    round === 0
      ? frame(FRAME.headers, 0, 1, callBlock('Upload'))
      : many(1000, () => frame(FRAME.continuation, 0, 1, headerBlock({ 'x-more': 'y'.repeat(100) }))),
  'rapid reset': (round) =>
    many(200, (number) => {
      const id = streamId(round, number, 200)
      return Buffer.concat([
        frame(FRAME.headers, END_HEADERS, id, callBlock('Upload')),
        frame(FRAME.rstStream, 0, id, int32(8)),
      ])
    }),
  'empty DATA': (round) =>
    round === 0 ? frame(FRAME.headers, END_HEADERS, 1, callBlock('Upload')) : many(1000, () => frame(FRAME.data, 0, 1)),
  'WINDOW_UPDATE overflow': () => many(10, () => frame(FRAME.windowUpdate, 0, 0, int32(2 ** 31 - 1))),
  'streams beyond their number': (round) =>
    many(200, (number) => frame(FRAME.headers, END_HEADERS, streamId(round, number, 200), callBlock('Upload'))),
  'empty calls': (round) =>
    many(200, (number) =>
      frame(FRAME.headers, END_HEADERS | END_STREAM, streamId(round, number, 200), callBlock('UploadChunks')),
    ),
}

test.each(Object.keys(floods))('[H12] a flood of %s harms no other connection and takes no memory', async (name) => {
  const victim = await startVictim()
  await victim.upload()
  const before = victim.memoryMib()
  const connection = await rawConnection(victim.port, '127.0.0.9')
  const flooding = flood(connection, floods[name] ?? (() => Buffer.alloc(0)))
  await victim.upload()
  await flooding
  const after = victim.memoryMib()
  connection.socket.destroy()
  await victim.upload()
  if (before !== undefined && after !== undefined) expect(after - before).toBeLessThan(GROWTH_MIB)
  expect(victim.errors()).toBe('')
})

test('[H13] metadata of 200 KB, or of a thousand keys, is refused, and what is short enough is not', async () => {
  const victim = await startVictim()
  const before = victim.memoryMib()
  const outcome = async (headers: Record<string, string>) => {
    const session = connect(`http://127.0.0.1:${victim.port}`)
    session.on('error', () => 'told by the call')
    onTestFinished(() => session.destroy())
    const { stream, ended } = rawCall(session, 'GetReceiverInfo', headers)
    stream.end(Buffer.alloc(5))
    return ended
  }
  const keys = Object.fromEntries(Array.from({ length: 1000 }, (_, number) => [`x-key-${number}`, 'v']))
  for (let round = 0; round < 20; round++) {
    expect(await outcome({ 'x-long': 'v'.repeat(200_000) })).not.toBe('0')
    expect(await outcome(keys)).not.toBe('0')
  }
  expect(await outcome({ 'x-short': 'v'.repeat(4000) })).toBe('0')
  await victim.upload()
  const after = victim.memoryMib()
  if (before !== undefined && after !== undefined) expect(after - before).toBeLessThan(GROWTH_MIB)
})
