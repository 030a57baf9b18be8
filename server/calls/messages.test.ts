import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { connect as connectHttp2 } from 'node:http2'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { MAX_MESSAGE_BYTES } from '../../proto/limits.ts'
import { begin, chunksOf, refusalOf, send, source, upload } from '../fixtures/client.ts'
import { receiving } from '../fixtures/receiving.ts'

const MIB = 1024 ** 2

/** Sends one gRPC message by hand, so that its length and encoding may lie; answers the gRPC status. */
async function sendByHand(
  port: number,
  { encoding = 'identity', length, body }: { encoding?: string; length?: number; body: Buffer },
): Promise<number> {
  const session = connectHttp2(`http://127.0.0.1:${port}`)
  session.on('error', () => 'the status below tells')
  const stream = session.request({
    ':method': 'POST',
    ':path': '/filetransfer.FileTransferService/QueryUploadedChunks',
    'content-type': 'application/grpc',
    'grpc-encoding': encoding,
    te: 'trailers',
  })
  let status = Number.NaN
  for (const event of ['response', 'trailers'] as const) {
    stream.on(event, (headers: Record<string, unknown>) => {
      if (headers['grpc-status'] !== undefined) status = Number(headers['grpc-status'])
    })
  }
  stream.on('error', () => 'the status tells')
  stream.resume()
  const head = Buffer.alloc(5)
  head[0] = encoding === 'identity' ? 0 : 1
  head.writeUInt32BE(length ?? body.length, 1)
  stream.end(Buffer.concat([head, body]))
  await once(stream, 'close')
  session.close()
  return status
}

/** Resident memory of this process, which is the receiver's, MiB. */
function residentMib(): number {
  const line = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))
  return Number(line?.[1]) / 1024
}

test.skipIf(process.platform !== 'linux')(
  '[C13 C14] a message that says it is 64 MiB long is refused before it is held in memory (memory: Linux)',
  async () => {
    const { client, receiver } = await receiving()
    const before = residentMib()
    expect(await sendByHand(receiver.port, { length: 64 * MIB, body: Buffer.alloc(1000) })).toBe(8)
    expect(residentMib() - before).toBeLessThan(32)
    expect(await upload(client, source('after.bin', Buffer.from('x')))).toMatchObject({ storedAs: 'after.bin' })
  },
)

test.skipIf(process.platform !== 'linux')(
  '[C15] a compressed message that blows up, is garbage, or in an unknown encoding is refused, and nobody else notices (memory: Linux)',
  async () => {
    const { client, receiver } = await receiving()
    const bomb = gzipSync(Buffer.alloc(8 * MAX_MESSAGE_BYTES))
    const before = residentMib()
    expect(await sendByHand(receiver.port, { encoding: 'gzip', body: bomb })).toBe(12)
    expect(residentMib() - before).toBeLessThan(64)
    expect(await sendByHand(receiver.port, { encoding: 'gzip', body: randomBytes(1000) })).toBe(12)
    expect(await sendByHand(receiver.port, { encoding: 'zebra', body: Buffer.from('x') })).toBe(12)
    expect(await upload(client, source('after.bin', Buffer.from('x')))).toMatchObject({ storedAs: 'after.bin' })
  },
)

test('[C22] malformed messages are refused or ignored, and the receiver goes on', async () => {
  const { client, receiver } = await receiving()
  const malformed = [
    Buffer.from([0x0a, 0xff]),
    Buffer.from([0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]),
    Buffer.from([0x0d, 1, 2, 3, 4]),
    Buffer.alloc(20_000, 0x0b),
    Buffer.concat([Buffer.from([0x0a, 2]), Buffer.from([0xff, 0xfe])]),
  ]
  for (let round = 0; round < 200; round++) malformed.push(randomBytes(1 + (round % 97)))
  for (const body of malformed) expect(await sendByHand(receiver.port, { body })).not.toBeNaN()
  const file = source('after.bin', Buffer.from('x'))
  const begun = await begin(client, file)
  expect(await refusalOf(send(client, begun, chunksOf(file)))).toBe('OK')
})
