import { once } from 'node:events'
import { connect } from 'node:http2'
import { expect, onTestFinished, test } from 'vitest'
import { fileTransferService } from '../../proto/index.ts'
import { CHUNK_BYTES, MAX_MESSAGE_BYTES } from '../../proto/limits.ts'
import { begin, chunksOf, md5Of, sendPlain, source, upload } from '../fixtures/client.ts'
import { framed, rawCall, rawSession } from '../fixtures/raw-call.ts'
import { callBlock, END_HEADERS, FRAME, frame, HELLO, rawConnection } from '../fixtures/raw-frames.ts'
import { filesIn, receiving } from '../fixtures/receiving.ts'
import { MessageFrames } from '../limits/message-frames.ts'
import type { EndedCall } from './ended-call.ts'

async function logging(limits: object = {}) {
  const calls: EndedCall[] = []
  return { calls, ...(await receiving(undefined, { limits, onCall: (call) => calls.push(call) })) }
}

/** The messages of a plain client that sends `data` in chunks of `chunkBytes`, as its bytes are on the wire. */
function plainMessages(fileId: string, data: Buffer, chunkBytes: number): Buffer {
  const messages: Buffer[] = []
  for (let offset = 0; offset < data.length; offset += chunkBytes) {
    const chunk = { fileId, offset, totalSize: data.length, data: data.subarray(offset, offset + chunkBytes) }
    messages.push(framed(fileTransferService.Upload.requestSerialize(chunk)))
  }
  return Buffer.concat(messages)
}

test('what is part of a message is told however the bytes are cut', () => {
  const bytes = Buffer.concat([framed(Buffer.alloc(300)), framed(Buffer.alloc(0)), framed(Buffer.alloc(9))])
  const begins = [0, 305, 310, bytes.length]
  for (const step of [1, 2, 5, 7, 304, 306, 311]) {
    const frames = new MessageFrames()
    for (let at = 0; at < bytes.length; ) {
      const end = Math.min(at + step, bytes.length)
      frames.take(bytes.subarray(at, end))
      at = end
      const begun = begins.findLast((begin) => begin <= at) ?? 0
      const pieces = Math.ceil(at / step) - Math.floor(begun / step)
      expect([frames.partBytes, frames.partPieces]).toEqual([at - begun, at === begun ? 0 : pieces])
    }
  }
})

test('64 MiB in pieces that straddle messages go through where 8 MiB may be held', async () => {
  const { receiver, directory } = await receiving(undefined, { limits: { maxHeldBytes: 8 * CHUNK_BYTES } })
  const data = Buffer.alloc(64 * CHUNK_BYTES, 'never at a border')
  const { stream, ended } = rawCall(rawSession(receiver.port), 'Upload')
  const bytes = plainMessages('many', data, 1_000_003)
  for (let at = 0; at < bytes.length; at += 150_001) {
    if (!stream.write(bytes.subarray(at, at + 150_001))) await once(stream, 'drain')
  }
  stream.end()
  expect(await ended).toBe('0')
  expect(await filesIn(directory)).toEqual({ many: md5Of(data) })
})

test('40 files at once from a sender that never waits go through one connection where 16 MiB may be held', async () => {
  const { client, directory } = await receiving(undefined, { limits: { maxHeldBytes: 16 * CHUNK_BYTES } })
  const data = Buffer.alloc(3 * CHUNK_BYTES, 'x')
  const statuses = Array.from({ length: 40 }, (_, file) => {
    const offsets = Array.from({ length: 24 }, (_, chunk) => chunk * 131_072)
    const chunks = offsets.map((offset) => ({
      fileId: `file-${file}`,
      offset,
      totalSize: data.length,
      data: data.subarray(offset, offset + 131_072),
    }))
    return sendPlain(client, chunks)
  })
  expect((await Promise.all(statuses)).every(({ success }) => success)).toBe(true)
  expect(Object.keys(await filesIn(directory))).toHaveLength(40)
})

test('a limit that ends a connection is told to each of its calls, and to the log, with both figures', async () => {
  const { receiver, client, calls } = await logging({ maxHeldBytes: 8 * CHUNK_BYTES })
  const session = rawSession(receiver.port)
  const begun = await begin(client, source('a.bin', Buffer.alloc(CHUNK_BYTES)))
  const endings = ['UploadChunks', ...Array<string>(11).fill('Upload')].map((rpc) => {
    const { stream, ended } = rawCall(session, rpc)
    // One has been answered before: what it is told goes behind the answers.
    const { fileId, generation } = begun
    const first = { fileId, generation, offset: 0, data: Buffer.alloc(65_536), crc32: 1 }
    if (rpc === 'UploadChunks') stream.write(framed(fileTransferService.UploadChunks.requestSerialize(first)))
    stream.write(framed(Buffer.alloc(CHUNK_BYTES), { length: 2 * CHUNK_BYTES }))
    return ended
  })
  expect(new Set(await Promise.all(endings))).toEqual(new Set(['8 HOLDS_TOO_MUCH']))
  await expect.poll(() => session.destroyed).toBe(true)
  const told = calls.filter(({ method }) => method.startsWith('Upload'))
  expect(told).toHaveLength(endings.length)
  for (const { status, reason, message } of told) {
    expect([status, reason]).toEqual(['RESOURCE_EXHAUSTED', 'HOLDS_TOO_MUCH'])
    expect(message).toMatch(/ left \d+ bytes unread .* the most is 8388608 bytes/)
  }
  await upload(client, source('after.bin', Buffer.from('x')))
})

test.each([true, false])(
  'a connection that held too much is closed also when health is watched on it, and the receiver goes on (asked to the end: %s)',
  async (hasEnded) => {
    const { receiver, client } = await receiving(undefined, { limits: { maxHeldBytes: CHUNK_BYTES } })
    const session = rawSession(receiver.port)
    for (let watch = 0; watch < 20; watch++) {
      const { stream } = rawCall(session, '', { ':path': '/grpc.health.v1.Health/Watch' })
      if (hasEnded) stream.end(framed(Buffer.alloc(0)))
      else stream.write(framed(Buffer.alloc(0)))
    }
    rawCall(session, 'Upload').stream.write(framed(Buffer.alloc(2 * CHUNK_BYTES), { length: 8 * CHUNK_BYTES }))
    await expect.poll(() => session.destroyed, { timeout: 5000 }).toBe(true)
    await upload(client, source('after.bin', Buffer.from('x')))
  },
)

test('a connection that held too much and goes on sending is cut off', async () => {
  const { receiver } = await receiving(undefined, { limits: { maxHeldBytes: 2 * CHUNK_BYTES } })
  const { closed, socket, write } = await rawConnection(receiver.port)
  await write(HELLO)
  for (let call = 0; call < 3; call++) await write(frame(FRAME.headers, END_HEADERS, 1 + 2 * call, callBlock('Upload')))
  const data = Buffer.alloc(16_384)
  for (let call = 0; call < 3; call++) {
    await write(frame(FRAME.data, 0, 1 + 2 * call, framed(Buffer.alloc(0), { length: 8 * CHUNK_BYTES })))
    for (let count = 0; count < 60; count++) await write(frame(FRAME.data, 0, 1 + 2 * call, data))
  }
  // It neither hears nor leaves.
  const noise = setInterval(() => socket.write(frame(FRAME.ping, 0, 0, Buffer.alloc(8))), 20)
  onTestFinished(() => clearInterval(noise))
  await closed
})

test('a message that is too long ends its call, which hears both figures, as does the log', async () => {
  const { receiver, calls } = await logging()
  for (const rpc of ['Upload', 'UploadChunks', 'QueryUploadedChunks']) {
    const { stream, ended } = rawCall(rawSession(receiver.port), rpc)
    stream.write(framed(Buffer.alloc(10), { length: MAX_MESSAGE_BYTES + 1 }))
    expect(await ended).toBe('8 MESSAGE_TOO_LONG')
  }
  expect(calls.map(({ reason }) => reason)).toEqual(Array(3).fill('MESSAGE_TOO_LONG'))
  expect(calls[0]?.message).toContain('16777217 bytes long, and the receiver takes at most 16777216.')
})

test('a call whose answers nobody takes is ended, and the log says why', async () => {
  const { receiver, client, calls } = await logging({ stallMs: 500 })
  const file = source('a.bin', Buffer.alloc(CHUNK_BYTES, 1))
  const { fileId, generation } = await begin(client, file)
  const session = connect(`http://127.0.0.1:${receiver.port}`, { settings: { initialWindowSize: 0 } })
  onTestFinished(() => session.destroy())
  session.on('error', () => 'told by the call')
  const { stream, ended } = rawCall(session, 'UploadChunks')
  const chunk = { fileId, generation, ...chunksOf(file)[0] }
  stream.write(framed(fileTransferService.UploadChunks.requestSerialize(chunk)))
  expect(await ended).toBe('reset 8')
  expect(calls.at(-1)).toMatchObject({ method: 'UploadChunks', status: 'DEADLINE_EXCEEDED', reason: 'STALLED' })
  expect(calls.at(-1)?.message).toBe('The sender took no answers within 0.5 s.')
})
