// @module-tag slow

import { randomBytes } from 'node:crypto'
import { readdir, rm, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { BeginUploadReply } from '../../proto/generated/filetransfer/BeginUploadReply.ts'
import { CHUNK_BYTES } from '../../proto/limits.ts'
import { missingWithin } from '../bytes/range-set.ts'
import {
  asked,
  begin,
  type Client,
  chunksOf,
  connect,
  finish,
  md5Of,
  openStream,
  refusalOf,
  type Source,
  send,
  source,
} from '../fixtures/client.ts'
import { receiverProcess } from '../fixtures/receiver-process.ts'
import { filesIn, receiving, sandbox } from '../fixtures/receiving.ts'
import { openEmbeddedLedger } from '../ledger/embedded.ts'

/** The part file of an upload. */
const partOf = (directory: string, { fileId }: BeginUploadReply) =>
  join(directory, '.longshore/parts', `${fileId}.part`)

const chunkRange = (from: number, to: number) => ({ start: String(from * CHUNK_BYTES), end: String(to * CHUNK_BYTES) })

const unexpectedDamage = (error: unknown) => expect.unreachable(String(error))

/** Sends what is missing and finishes. */
async function goOn(client: Client, file: Source) {
  const begun = await begin(client, file)
  const isStored = (offset: number) => begun.stored.some(({ start, end }) => +start <= offset && offset < +end)
  await send(
    client,
    begun,
    chunksOf(file).filter(({ offset }) => !isStored(Number(offset))),
  )
  return finish(client, begun, file.data)
}

test('[A3] acknowledgements tell up to where the bytes survive a power cut, and a gap holds that back', async () => {
  const { client } = await receiving()
  const file = source('a.bin', randomBytes(3 * CHUNK_BYTES + 1))
  const [first, second, third, last] = chunksOf(file)
  const stream = openStream(client, await begin(client, file))
  const watermarkAfter = async (chunk = last) => {
    stream.call.write(chunk ?? {})
    return Number((await stream.next()).durableWatermark)
  }
  const watermarks = [await watermarkAfter(first), await watermarkAfter(third)]
  expect(watermarks).toEqual([0, 0])

  while (watermarks.at(-1) === 0) watermarks.push(await watermarkAfter())
  expect(watermarks.at(-1)).toBe(CHUNK_BYTES)
  await watermarkAfter(second)
  while (watermarks.at(-1) === CHUNK_BYTES) watermarks.push(await watermarkAfter())

  expect(watermarks.at(-1)).toBe(file.data.length)
  expect(watermarks).toEqual(watermarks.toSorted((a, b) => a - b))
})

test('what a stream left unfinished is durable when the stream has ended', async () => {
  const within = await sandbox()
  const { client, directory, receiver } = await receiving(within)
  const file = source('a.bin', randomBytes(3 * CHUNK_BYTES))
  const begun = await begin(client, file)
  await send(client, begun, chunksOf(file).slice(0, 2))
  await receiver.close()

  const ledger = await openEmbeddedLedger(join(directory, '.longshore/ledger'), unexpectedDamage)
  expect(await ledger.checkpoints.find(begun.fileId)).toEqual([{ start: 0, end: 2 * CHUNK_BYTES }])
  await ledger.close()
})

test('[A3] chunks that the ledger knows and the disk lost in a power cut are asked for again', async () => {
  const within = await sandbox()
  const directory = join(within, 'received')
  const child = await receiverProcess(directory)
  const client = connect(child.port)
  const file = source('a.bin', randomBytes(12 * CHUNK_BYTES))
  const begun = await begin(client, file)
  await send(client, begun, chunksOf(file).slice(0, 4))
  const stream = openStream(client, begun)
  for (const chunk of chunksOf(file).slice(4)) {
    stream.call.write(chunk)
    await stream.next()
  }
  child.kill('SIGKILL')
  await child.ended()
  client.close()
  // A power cut leaves zeros, or old bytes, where the disk had not written yet.
  const lost = 9 * CHUNK_BYTES
  const ledger = await openEmbeddedLedger(join(directory, '.longshore/ledger'), unexpectedDamage)
  const durable = await ledger.checkpoints.find(begun.fileId)
  await ledger.close()
  expect(durable[0]).toMatchObject({ start: 0 })
  expect(missingWithin(durable, { start: lost, end: lost + CHUNK_BYTES }), 'the kill came too late').not.toEqual([])
  const torn = Buffer.from(file.data)
  torn.fill(0, lost + 4096, lost + 8192)
  await writeFile(partOf(directory, begun), torn)

  const after = await receiving(within)

  expect((await begin(after.client, file)).stored).toEqual([chunkRange(0, 9), chunkRange(10, 12)])
  expect(await goOn(after.client, file)).toMatchObject({ md5: md5Of(file.data) })
  expect(await filesIn(directory)).toEqual({ 'a.bin': md5Of(file.data) })
})

test.each([
  ['is gone', (part: string) => rm(part), []],
  ['is shorter than what is recorded', (part: string) => truncate(part, 2.5 * CHUNK_BYTES), [chunkRange(0, 2)]],
] as const)(
  '[F12] when the part %s, those chunks are asked for again and no zeros are stored',
  async (_, harm, left) => {
    const within = await sandbox()
    const before = await receiving(within)
    const file = source('a.bin', randomBytes(5 * CHUNK_BYTES))
    const begun = await begin(before.client, file)
    await send(before.client, begun, chunksOf(file).slice(0, 4))
    await before.receiver.close()
    await harm(partOf(before.directory, begun))

    const after = await receiving(within)
    const again = await begin(after.client, file)
    expect(again.stored).toEqual(left)
    // The checkpoint must not vouch for the bytes that come next in the place of those that are gone.
    await send(after.client, again, chunksOf(file).slice(3, 4))
    await after.receiver.close()

    const last = await receiving(within)
    expect((await begin(last.client, file)).stored).toEqual([...left, chunkRange(3, 4)])
    expect(await goOn(last.client, file)).toMatchObject({ md5: md5Of(file.data) })
    expect(await filesIn(last.directory)).toEqual({ 'a.bin': md5Of(file.data) })
  },
)

test('[F12] a part that no upload knows harms nobody', async () => {
  const { client, directory } = await receiving()
  await writeFile(join(directory, '.longshore/parts', `${'0'.repeat(32)}.part`), 'stray')
  expect(await goOn(client, source('a.bin', randomBytes(10)))).toMatchObject({ storedAs: 'a.bin' })
})

test('[F13] a part edited behind the receiver is never published; its bytes are asked for again', async () => {
  const { client, directory } = await receiving()
  const file = source('a.bin', randomBytes(2 * CHUNK_BYTES))
  const begun = await begin(client, file)
  await send(client, begun, chunksOf(file).slice(0, 1))
  await send(client, begun, chunksOf(file).slice(1))
  await writeFile(partOf(directory, begun), 'edited', { flag: 'r+' })

  expect(await refusalOf(finish(client, begun, file.data))).toBe('DATA_LOSS FINAL_CHECKSUM')

  expect(await filesIn(directory)).toEqual({})
  expect((await begin(client, file)).stored).toEqual([])
  expect(await goOn(client, file)).toMatchObject({ md5: md5Of(file.data) })
})

test('[F13] an edit of bytes that are not durable yet is noticed when the upload is opened again', async () => {
  const { client, directory } = await receiving()
  const file = source('a.bin', randomBytes(CHUNK_BYTES + 1))
  const begun = await begin(client, file)
  await send(client, begun, chunksOf(file))
  await writeFile(partOf(directory, begun), 'edited', { flag: 'r+' })

  expect(await refusalOf(finish(client, begun, file.data))).toBe('FAILED_PRECONDITION MISSING_RANGES')

  expect((await begin(client, file)).stored).toEqual([{ start: String(CHUNK_BYTES), end: String(CHUNK_BYTES + 1) }])
  expect(await goOn(client, file)).toMatchObject({ md5: md5Of(file.data) })
  expect(await filesIn(directory)).toEqual({ 'a.bin': md5Of(file.data) })
})

test('[E4] finishing while the last chunk is on its way either waits for it or says what is missing', async () => {
  const { client, directory } = await receiving()
  const outcomes = new Set<string>()
  for (let round = 0; round < 24; round++) {
    const file = source(`${round}.bin`, randomBytes(CHUNK_BYTES + 1))
    const begun = await begin(client, file)
    const stream = openStream(client, begun)
    for (const chunk of chunksOf(file)) stream.call.write(chunk)
    // The later in the round, the more acknowledgements are awaited before.
    for (let acknowledged = 0; acknowledged < round % 3; acknowledged++) await stream.next()
    const early = await refusalOf(finish(client, begun, file.data))
    outcomes.add(early)
    if (early !== 'OK') expect(early).toBe('FAILED_PRECONDITION MISSING_RANGES')
    stream.call.end()
    const ended = await refusalOf(stream.acks)
    expect(['OK', 'FAILED_PRECONDITION NOT_OPEN']).toContain(ended)
    expect(await goOn(client, file)).toMatchObject({ md5: md5Of(file.data) })
  }
  expect(outcomes).toEqual(new Set(['OK', 'FAILED_PRECONDITION MISSING_RANGES']))
  expect(Object.keys(await filesIn(directory))).toHaveLength(24)
})

test('[E5] when cancelling meets finishing, one of them wins, whole', async () => {
  const { client, directory } = await receiving()
  const outcomes = new Set<string>()
  for (let round = 0; round < 60; round++) {
    const file = source('a.bin', randomBytes(100))
    const begun = await begin(client, file)
    await send(client, begun, chunksOf(file))
    const cancel = () => asked((done) => client.abortUpload({ fileId: begun.fileId }, done))
    const complete = () => refusalOf(finish(client, begun, file.data))
    // Both ends share this process, so each turn of its event loop lets the one that begins come a little further
    // first.
    const lead = (round % 16) - 8
    const early = lead < 0 ? complete() : undefined
    const cancelledEarly = lead < 0 ? undefined : cancel()
    for (let turns = 0; turns < Math.abs(lead); turns++) await setImmediate()
    const [outcome] = await Promise.all([early ?? complete(), cancelledEarly ?? cancel()])
    outcomes.add(outcome)
    expect(await filesIn(directory)).toEqual(outcome === 'OK' ? { 'a.bin': md5Of(file.data) } : {})
    expect(await readdir(join(directory, '.longshore/parts'))).toEqual([])
    await rm(join(directory, 'a.bin'), { force: true })
  }
  const refusals = ['FAILED_PRECONDITION NOT_OPEN', 'NOT_FOUND UNKNOWN_UPLOAD']
  expect([...outcomes].filter((outcome) => outcome !== 'OK' && !refusals.includes(outcome))).toEqual([])
  expect(outcomes).toContain('OK')
  expect(outcomes.size).toBeGreaterThan(1)
})
