// @module-tag slow

import { randomBytes } from 'node:crypto'
import { readdir, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { CHUNK_BYTES } from '../../proto/limits.ts'
import {
  asked,
  begin,
  chunksOf,
  finish,
  md5Of,
  openStream,
  refusalOf,
  send,
  sendPlain,
  source,
  upload,
} from '../fixtures/client.ts'
import { filesIn, receiving } from '../fixtures/receiving.ts'
import { Expiry } from './expiry.ts'

const [MINUTE_MS, HOUR_MS, DAY_MS] = [60_000, 3_600_000, 86_400_000]

// The receiver's own timer is moved by hand; everything else runs in real time.
beforeEach(() => void vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] }))
afterEach(() => {
  vi.restoreAllMocks()
  vi.useRealTimers()
})

/**
 * A receiver whose clock the test sets. `pass` lets time pass as it does on a machine that is on: the receiver looks
 * once a minute.
 */
async function receivingAt(startMs: number) {
  let nowMs = startMs
  const { client, directory, receiver } = await receiving(undefined, { now: () => nowMs })
  const sweep = vi.spyOn(Expiry.prototype, 'sweep')
  const look = async () => {
    vi.advanceTimersByTime(MINUTE_MS)
    await sweep.mock.results.at(-1)?.value
  }
  return {
    client,
    receiver,
    parts: () => readdir(join(directory, '.longshore/parts')),
    directory,
    look,
    async pass(ms: number) {
      // Half an hour at a time is far below what counts as a jump.
      for (let left = ms; left > 0; left -= HOUR_MS / 2) {
        nowMs += Math.min(left, HOUR_MS / 2)
        await look()
      }
    },
    jump(ms: number) {
      nowMs += ms
    },
  }
}

test('[F17] an upload that nobody went on with for a day is deleted, and its sender is told to begin again', async () => {
  const { client, directory, parts, pass } = await receivingAt(Date.now())
  const file = source('a.bin', randomBytes(2 * CHUNK_BYTES))
  const begun = await begin(client, file)
  await send(client, begun, chunksOf(file).slice(1))

  await pass(DAY_MS - HOUR_MS)
  expect(await parts()).toEqual([`${begun.fileId}.part`])
  await pass(2 * HOUR_MS)
  expect(await parts()).toEqual([])

  expect(await refusalOf(finish(client, begun, file.data))).toBe('NOT_FOUND UNKNOWN_UPLOAD')
  expect(await refusalOf(send(client, begun, chunksOf(file)))).toBe('NOT_FOUND UNKNOWN_UPLOAD')
  const again = await begin(client, file)
  expect(again).toMatchObject({ stored: [], finished: null })
  expect(again.fileId).not.toBe(begun.fileId)
  expect(await upload(client, file)).toMatchObject({ storedAs: 'a.bin' })
  expect(await filesIn(directory)).toEqual({ 'a.bin': md5Of(file.data) })
})

test('[F17] an upload of a plain client expires, too', async () => {
  const { client, parts, pass } = await receivingAt(Date.now())
  await sendPlain(client, [{ fileId: 'plain', totalSize: 10, data: Buffer.from('abc') }])
  await pass(DAY_MS + HOUR_MS)
  expect(await parts()).toEqual([])
  const query = () => asked<{ offsets: string[] }>((done) => client.queryUploadedChunks({ fileId: 'plain' }, done))
  expect(await query()).toMatchObject({ offsets: [] })
})

test('[F17] beginning again and every chunk put the end off', async () => {
  const twoDaysAgo = Date.now() - 2 * DAY_MS
  const { client, parts, pass, jump } = await receivingAt(twoDaysAgo)
  const [renewed, fed] = [source('renewed.bin', randomBytes(10)), source('fed.bin', randomBytes(2 * CHUNK_BYTES))]
  await begin(client, renewed)
  const begun = await begin(client, fed)
  await pass(2 * DAY_MS - HOUR_MS)
  expect(await refusalOf(finish(client, begun, fed.data))).toBe('NOT_FOUND UNKNOWN_UPLOAD')

  jump(-2 * DAY_MS + HOUR_MS)
  const again = await begin(client, fed)
  const key = await begin(client, renewed)
  await pass(DAY_MS - HOUR_MS)
  // The chunk is written at the real time, which is a day later than the receiver's clock says.
  await send(client, again, chunksOf(fed).slice(1))
  expect((await begin(client, renewed)).fileId).toBe(key.fileId)
  await pass(DAY_MS - HOUR_MS)

  expect(await parts()).toEqual([`${again.fileId}.part`])
  expect((await begin(client, renewed)).fileId).toBe(key.fileId)
  expect((await begin(client, fed)).stored).toHaveLength(1)
})

test('[F17] an upload is never deleted under an open stream, however silent', async () => {
  const { client, parts, pass } = await receivingAt(Date.now())
  const file = source('a.bin', randomBytes(3 * CHUNK_BYTES))
  const begun = await begin(client, file)
  const stream = openStream(client, begun)
  stream.call.write(chunksOf(file)[0] ?? {})
  await stream.next()

  await pass(3 * DAY_MS)

  expect(await parts()).toEqual([`${begun.fileId}.part`])
  for (const chunk of chunksOf(file).slice(1)) stream.call.write(chunk)
  stream.call.end()
  expect(await stream.acks).toHaveLength(3)
  expect(await finish(client, begun, file.data)).toMatchObject({ md5: md5Of(file.data) })
})

test('[F17] a finished file stays, and stays finished', async () => {
  const { client, directory, pass } = await receivingAt(Date.now())
  const file = source('a.bin', randomBytes(10))
  const begun = await begin(client, file)
  await send(client, begun, chunksOf(file))
  const finished = await finish(client, begun, file.data)

  await pass(3 * DAY_MS)

  expect(await filesIn(directory)).toEqual({ 'a.bin': md5Of(file.data) })
  expect(await finish(client, begun, file.data)).toEqual(finished)
})

test('[F18] after a start and after a jump of the clock by a year nothing is deleted for ten minutes', async () => {
  const { client, parts, pass, jump, look } = await receivingAt(Date.now())
  const file = source('a.bin', randomBytes(2 * CHUNK_BYTES))
  const begun = await begin(client, file)
  await send(client, begun, chunksOf(file).slice(1))
  const part = `${begun.fileId}.part`

  jump(365 * DAY_MS)
  await look()
  await pass(9 * MINUTE_MS)
  expect(await parts()).toEqual([part])
  expect((await begin(client, file)).fileId).toBe(begun.fileId)

  await pass(DAY_MS + HOUR_MS)
  expect(await parts()).toEqual([])
})

test('[F12] a part that no upload knows is deleted after a day, and nothing else in its folder', async () => {
  const { directory, parts, pass } = await receivingAt(Date.now())
  const folder = join(directory, '.longshore/parts')
  await writeFile(join(folder, `${'0'.repeat(32)}.part`), 'left by a ledger that was lost')
  await writeFile(join(folder, 'README'), 'not ours')
  await utimes(join(folder, `${'0'.repeat(32)}.part`), 0, 0)

  await pass(DAY_MS - HOUR_MS)
  expect((await parts()).sort()).toEqual([`${'0'.repeat(32)}.part`, 'README'])
  await pass(2 * HOUR_MS)
  expect(await parts()).toEqual(['README'])
})

test('a sender that comes back in the moment of deletion keeps its upload or begins a new one, never half of either', async () => {
  const { client, pass, look, jump } = await receivingAt(Date.now())
  await pass(15 * MINUTE_MS)
  for (let round = 0; round < 25; round++) {
    const file = source(`${round}.bin`, randomBytes(CHUNK_BYTES + 1))
    await send(client, await begin(client, file), chunksOf(file).slice(1))
    await pass(DAY_MS - HOUR_MS)
    jump(HOUR_MS + 1000)
    const [result] = await Promise.all([
      (async () => {
        const begun = await begin(client, file).catch(() => begin(client, file))
        await send(client, begun, chunksOf(file))
        return finish(client, begun, file.data)
      })(),
      look(),
    ])
    expect(result).toMatchObject({ md5: md5Of(file.data) })
  }
})
