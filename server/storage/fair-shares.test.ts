// @module-tag slow

import { randomBytes } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { expect, test } from 'vitest'
import type { BeginUploadReply } from '../../proto/generated/filetransfer/BeginUploadReply.ts'
import { CHUNK_BYTES } from '../../proto/limits.ts'
import { asked, type Client, openStream } from '../fixtures/client.ts'
import { secured } from '../fixtures/secured.ts'

const noise = randomBytes(CHUNK_BYTES)
const noiseCrc32 = crc32(noise)
/** Chunks of one stream on their way at once. */
const WINDOW_CHUNKS = 4
/** More than is stored while it is measured, bytes. */
const SIZE = 64 * 1024 ** 2

let keys = 0

/**
 * Sends on so many streams, each for an upload of its own, as fast as acknowledgements come; counts what is stored
 * until it is stopped.
 */
async function flood(clients: readonly Client[], streams: number) {
  const counted = { chunks: 0 }
  const calls: { client: Client; begun: BeginUploadReply }[] = []
  for (let index = 0; index < streams; index++) {
    const client = clients[index % clients.length] as Client
    const uploadKey = `fair-shares-key-${keys++}`
    const request = { uploadKey, path: [uploadKey], size: SIZE, modifiedAtMs: 1 }
    calls.push({ client, begun: await asked((done) => client.beginUpload(request, done)) })
  }
  const open = calls.map(({ client, begun }) => {
    const { call, onAck } = openStream(client, begun)
    let offset = 0
    const next = (): void => {
      call.write({ offset, data: noise, crc32: noiseCrc32 })
      offset += CHUNK_BYTES
    }
    onAck(() => {
      counted.chunks += 1
      next()
    })
    for (let index = 0; index < WINDOW_CHUNKS; index++) next()
    return call
  })
  return {
    counted,
    stop() {
      for (const call of open) call.cancel()
    },
  }
}

test.each([
  [1, 1 / 4],
  [4, 2 / 5],
])('a device with %i open streams gets its share beside one with sixteen', async (streams, leastShare) => {
  const { device, clientWith } = await secured()
  const [many, few] = [await device(), await device()]
  const hog = await flood(await Promise.all([1, 2, 3, 4].map(() => clientWith(many.token))), 16)
  const modest = await flood([few.client], streams)
  await expect.poll(() => hog.counted.chunks > 16 && modest.counted.chunks > 4, { timeout: 30_000 }).toBe(true)
  const [hogBefore, modestBefore] = [hog.counted.chunks, modest.counted.chunks]
  const since = () => ({ hog: hog.counted.chunks - hogBefore, modest: modest.counted.chunks - modestBefore })
  await expect.poll(() => since().hog + since().modest, { timeout: 30_000, interval: 5 }).toBeGreaterThan(90)
  const { hog: hogChunks, modest: modestChunks } = since()
  hog.stop()
  modest.stop()

  // One stream stores one chunk after the other, so it cannot have half.
  expect(modestChunks / (hogChunks + modestChunks)).toBeGreaterThan(leastShare)
})
