import { closeSync, openSync, readdirSync, readSync, truncateSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { beforeAll, expect, test } from 'vitest'
import type { BeginUploadReply } from '../../proto/generated/filetransfer/BeginUploadReply.ts'
import { CHUNK_BYTES } from '../../proto/limits.ts'
import { asked, connect, send } from '../../server/fixtures/client.ts'
import { buildOutputs } from '../support/build.ts'
import { startProxy } from '../support/net/proxy.ts'
import { expectInvariants } from './invariants.ts'
import { isFullRun } from './run-size.ts'
import { setScene } from './scene.ts'
import { IN_FLIGHT_BYTES } from './storm.ts'
import { sha256Of } from './tree.ts'

const GIB = 1024 ** 3
const SIZE = 5 * GIB
/**
 * Where 32 bits end, and the chunks on both sides of it: a number that was cut to 32 bits would put them at the start
 * of the file.
 */
const EDGE = 4 * GIB
const AROUND_THE_EDGE = [EDGE - CHUNK_BYTES, EDGE, EDGE + CHUNK_BYTES]

beforeAll(() => buildOutputs(['cli']))

test('[C16] chunks around 4 GiB are stored where they belong, and a receiver that was killed still knows exactly which', async () => {
  const scene = setScene()
  const before = await scene.before()
  let receiver = await scene.receive()
  let client = connect(receiver.port)
  const request = { uploadKey: 'a-key-of-a-huge-file', path: ['huge.img'], size: SIZE, modifiedAtMs: 1_000_000_000_000 }
  const begin = (): Promise<BeginUploadReply> => asked((done) => client.beginUpload(request, done))
  const chunks = AROUND_THE_EDGE.map((offset) => ({ offset, data: markedChunk(offset) }))

  const begun = await begin()
  for (const { offset, data } of chunks) {
    const [ack] = await send(client, begun, [{ offset, data, crc32: crc32(data) }])
    expect(ack).toMatchObject({ offset: String(offset), outcome: 'STORED' })
  }
  client.close()
  receiver.child.kill('SIGKILL')
  await receiver.ended()

  const [part = ''] = readdirSync(join(scene.box, '.longshore/parts'))
  const stored = openSync(join(scene.box, '.longshore/parts', part), 'r')
  for (const { offset, data } of chunks) {
    expect(bytesAt(stored, offset).equals(data), `the chunk at ${offset}`).toBe(true)
  }
  expect(bytesAt(stored, 0).equals(Buffer.alloc(CHUNK_BYTES)), 'nothing at the start').toBe(true)
  closeSync(stored)

  receiver = await scene.receive()
  client = connect(receiver.port)
  const again = await begin()
  const range = { start: String(EDGE - CHUNK_BYTES), end: String(EDGE + 2 * CHUNK_BYTES) }
  expect(again).toMatchObject({ fileId: begun.fileId, stored: [range] })
  client.close()
  await expectInvariants(scene, { before, receiver, arrived: {} })
})

test.skipIf(!isFullRun)(
  '[C16] a file of 5 GiB goes on around 4 GiB after kill -9 of the receiver there, and arrives (full run)',
  async () => {
    const scene = setScene()
    const huge = scene.addSource('huge.img', 0)
    truncateSync(huge, SIZE)
    const file = openSync(huge, 'r+')
    for (const offset of AROUND_THE_EDGE) writeSync(file, markedChunk(offset), 0, CHUNK_BYTES, offset)
    closeSync(file)
    scene.sources.set('huge.img', await sha256Of(huge))
    const before = await scene.before()
    let receiver = await scene.receive()
    const proxy = await startProxy(() => receiver.port)
    const sender = scene.send([huge], proxy.port)

    for (const place of [EDGE - CHUNK_BYTES, EDGE, EDGE + CHUNK_BYTES]) {
      await sender.event('progress', ({ bytesStored }) => Number(bytesStored) >= place)
      receiver.child.kill('SIGKILL')
      await receiver.ended()
      receiver = await scene.receive()
    }

    expect(await sender.ended(), sender.errors()).toBe(0)
    const { bytesSent } = await sender.event('done')
    expect(Number(bytesSent)).toBeLessThanOrEqual(SIZE + 3 * IN_FLIGHT_BYTES)
    await expectInvariants(scene, { before, receiver, arrived: { 'huge.img': 'huge.img' } })
  },
  10 * 60_000,
)

/** A chunk that says at every place where it belongs. */
function markedChunk(offset: number): Buffer {
  return Buffer.alloc(CHUNK_BYTES, `${offset} `)
}

function bytesAt(file: number, offset: number): Buffer {
  const data = Buffer.alloc(CHUNK_BYTES)
  readSync(file, data, 0, CHUNK_BYTES, offset)
  return data
}
