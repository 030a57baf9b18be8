// @module-tag slow

import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { setTimeout as delay } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import { expect, onTestFinished, test } from 'vitest'
import { CHUNK_BYTES } from '../../proto/limits.ts'
import { begin, chunksOf, finish, md5Of, openStream, source, upload } from '../fixtures/client.ts'
import { framed, rawCall, rawSession } from '../fixtures/raw-call.ts'
import { callBlock, END_HEADERS, FRAME, frame, HELLO, rawConnection } from '../fixtures/raw-frames.ts'
import { receiving } from '../fixtures/receiving.ts'

/** Every wait a fiftieth of the real one, and the progress that is asked for a tenth. */
const hasty = { firstMessageMs: 200, stallMs: 1200, minProgressBytes: 400, silenceMs: 6000 }

test.each(['Upload', 'UploadChunks', 'BeginUpload', 'FinishUpload'])(
  '[H10] a call of %s that says nothing is ended',
  async (rpc) => {
    const { receiver } = await receiving(undefined, { limits: hasty })
    expect(await rawCall(rawSession(receiver.port), rpc).ended).toBe('4 STALLED')
  },
)

test('[C23 H10] a call that crawls is ended, one byte in each frame, while a slow one goes on to its end', async () => {
  const { receiver } = await receiving(undefined, { limits: hasty })
  const { stream, ended } = rawCall(rawSession(receiver.port), 'Upload')
  stream.write(framed(Buffer.alloc(0), { length: CHUNK_BYTES }))
  const crawl = setInterval(() => stream.writable && stream.write(Buffer.alloc(1)), 20)
  onTestFinished(() => clearInterval(crawl))

  const slow = rawCall(rawSession(receiver.port), 'Upload')
  const message = framed(plainChunk('slow', Buffer.alloc(3000, 1)))
  for (let at = 0; at < message.length; at += 150) {
    slow.stream.write(message.subarray(at, at + 150))
    await delay(100)
  }
  slow.stream.end()
  expect(await slow.ended).toBe('0')
  expect(await ended).toBe('4 STALLED')
})

test('a stream whose sender waits between two chunks is left alone', async () => {
  const { client } = await receiving(undefined, { limits: hasty })
  const file = source('a.bin', Buffer.alloc(2 * CHUNK_BYTES, 1))
  const begun = await begin(client, file)
  const stream = openStream(client, begun)
  for (const chunk of chunksOf(file)) {
    stream.call.write(chunk)
    await stream.next()
    await delay(2 * hasty.stallMs)
  }
  stream.call.end()
  await stream.acks
  expect(await finish(client, begun, file.data)).toMatchObject({ md5: md5Of(file.data) })
})

test('[C15] data that comes compressed is refused without being unpacked', async () => {
  const { receiver, client } = await receiving()
  for (const rpc of ['Upload', 'UploadChunks']) {
    const { stream, ended } = rawCall(rawSession(receiver.port), rpc, { 'grpc-encoding': 'gzip' })
    stream.write(framed(gzipSync(plainChunk('a', Buffer.alloc(1000))), { compressed: true }))
    expect(await ended).toBe('12 COMPRESSED')
  }
  // Naming an encoding without using it is what some clients do.
  const { stream, ended } = rawCall(rawSession(receiver.port), 'Upload', { 'grpc-encoding': 'gzip' })
  stream.end(framed(plainChunk('b', Buffer.from('x'))))
  expect(await ended).toBe('0')
  await upload(client, source('after.bin', Buffer.from('x')))
})

test.skipIf(process.platform !== 'linux')(
  '[C23] a flood of one-byte frames is cut off before it takes memory (memory: Linux)',
  async () => {
    const { receiver, client } = await receiving()
    const before = residentMib()
    const { closed, socket, write } = await rawConnection(receiver.port)
    await write(HELLO)
    await write(frame(FRAME.headers, END_HEADERS, 1, callBlock('Upload')))
    await write(frame(FRAME.data, 0, 1, framed(Buffer.alloc(0), { length: 8 * CHUNK_BYTES })))
    const flood = Buffer.concat(Array.from({ length: 1000 }, () => frame(FRAME.data, 0, 1, Buffer.alloc(1))))
    for (let round = 0; round < 1000 && !socket.destroyed; round++) await write(flood)
    await closed
    expect(residentMib() - before).toBeLessThan(100)
    await upload(client, source('after.bin', Buffer.from('x')))
  },
)

test('[A12] long messages that are begun on many calls and never ended close their connection', async () => {
  const { receiver, client } = await receiving(undefined, { limits: { maxHeldBytes: 8 * CHUNK_BYTES } })
  const session = rawSession(receiver.port)
  const endings = Array.from({ length: 12 }, () => {
    const { stream, ended } = rawCall(session, 'Upload')
    stream.write(framed(Buffer.alloc(CHUNK_BYTES), { length: 2 * CHUNK_BYTES }))
    return ended
  })
  expect(new Set(await Promise.all(endings))).toEqual(new Set(['8 HOLDS_TOO_MUCH']))
  await expect.poll(() => session.destroyed).toBe(true)
  await upload(client, source('after.bin', Buffer.from('x')))
})

test('[A12] when the connections of one sender hold more than its share, the one that holds the most is closed, and no modest one', async () => {
  // Half of it for one who is alone.
  const limits = { maxHeldBytes: 8 * CHUNK_BYTES, maxHeldBytesInAll: 20 * CHUNK_BYTES }
  const { receiver, client } = await receiving(undefined, { limits })
  const begun = (session: ReturnType<typeof rawSession>, chunks: number) =>
    Array.from({ length: chunks }, () => {
      const { stream, ended } = rawCall(session, 'Upload')
      stream.write(framed(Buffer.alloc(CHUNK_BYTES), { length: 2 * CHUNK_BYTES }))
      return ended
    })
  const [modest, ...greedy] = [rawSession(receiver.port), rawSession(receiver.port), rawSession(receiver.port)]
  begun(modest ?? expect.unreachable(), 1)
  // Each of them alone is within the limit of a connection.
  const endings = greedy.map((session) => Promise.all(begun(session, 6)))
  await Promise.race(endings)
  await expect.poll(() => greedy.filter(({ destroyed }) => destroyed).length).toBe(1)
  expect(modest?.destroyed).toBe(false)
  // What the closed one held counts no more.
  await upload(client, source('after.bin', Buffer.alloc(CHUNK_BYTES, 1)))
  expect(greedy.filter(({ destroyed }) => destroyed)).toHaveLength(1)
  expect(modest?.destroyed).toBe(false)
})

// Elsewhere only 127.0.0.1 is an address of this machine.
test.skipIf(process.platform !== 'linux')(
  '[A12] one address with many connections that each hold little does not get another one closed that holds less than all of them',
  async () => {
    const limits = { maxHeldBytesInAll: 10 * CHUNK_BYTES }
    const { receiver } = await receiving(undefined, { limits })
    const hold = (session: ReturnType<typeof rawSession>, chunks: number): void => {
      for (let chunk = 0; chunk < chunks; chunk++)
        rawCall(session, 'Upload').stream.write(framed(Buffer.alloc(CHUNK_BYTES), { length: 2 * CHUNK_BYTES }))
    }
    const lone = rawSession(receiver.port, '127.0.0.1')
    hold(lone, 3)
    const crowd = Array.from({ length: 16 }, () => rawSession(receiver.port, '127.0.0.2'))
    for (const session of crowd) hold(session, 1)

    await expect.poll(() => crowd.filter(({ destroyed }) => destroyed).length).toBeGreaterThan(8)
    expect(lone.destroyed).toBe(false)
  },
)

test('a call that was answered does not stay half open', async () => {
  const { receiver } = await receiving(undefined, { limits: hasty })
  const { stream, ended } = rawCall(rawSession(receiver.port), 'Upload')
  expect(await ended).toBe('4 STALLED')
  await once(stream, 'close')
})

/** FileChunk with an id, its whole size and its data. */
function plainChunk(id: string, data: Buffer): Buffer {
  const varint = (value: number): number[] => (value < 128 ? [value] : [(value & 127) | 128, ...varint(value >>> 7)])
  return Buffer.concat([
    Buffer.from([0x0a, id.length, ...Buffer.from(id), 0x18, ...varint(data.length), 0x22, ...varint(data.length)]),
    data,
  ])
}

/** Resident memory of this process, which is the receiver's, MiB. */
function residentMib(): number {
  const line = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))
  return Number(line?.[1]) / 1024
}
