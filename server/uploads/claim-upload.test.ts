// @module-tag slow

import { randomBytes } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { expect, test } from 'vitest'
import type { ClaimUploadReply } from '../../proto/generated/filetransfer/ClaimUploadReply.ts'
import type { ClaimUploadRequestInput } from '../../proto/generated/filetransfer/ClaimUploadRequest.ts'
import { CHUNK_BYTES } from '../../proto/limits.ts'
import {
  asked,
  begin,
  type Client,
  chunksOf,
  finish,
  md5Of,
  openStream,
  refusalOf,
  type Source,
  send,
  source,
} from '../fixtures/client.ts'
import { filesIn, receiving } from '../fixtures/receiving.ts'
import { secured } from '../fixtures/secured.ts'

const MINUTE_MS = 60_000
/** What the fixture says of every file. */
const MODIFIED_AT_MS = 1_000_000_000_000

function claim(client: Client, request: ClaimUploadRequestInput): Promise<ClaimUploadReply> {
  return asked((done) => client.claimUpload(request, done))
}

function requestFor(file: Source, uploadKey = randomBytes(16).toString('hex')): ClaimUploadRequestInput {
  return { uploadKey, path: file.path, size: file.data.length, modifiedAtMs: MODIFIED_AT_MS }
}

/** Claims as a sender does that has these bytes. */
async function claimWith(client: Client, file: Source, data = file.data): Promise<ClaimUploadReply & { key: string }> {
  const request = requestFor(file)
  const { fileId, samplesWanted } = await claim(client, request)
  const samples = samplesWanted.map(({ start, end }) => ({
    start,
    end,
    crc32: crc32(data.subarray(Number(start), Number(end))),
  }))
  return { ...(await claim(client, { ...request, fileId, samples })), key: String(request.uploadKey) }
}

/** A receiver whose clock can be set forward, a device of it, and an upload that the device left half done. */
async function forgotten() {
  const clock = { aheadMs: 0 }
  const receiver = await secured(undefined, { now: () => Date.now() + clock.aheadMs })
  const { client } = await receiver.device()
  const file = source('a.bin', randomBytes(20 * CHUNK_BYTES + 5))
  const begun = await begin(client, file)
  await send(client, begun, chunksOf(file).slice(3, 15))
  return { ...receiver, client, file, begun, clock }
}

test('an upload that its device has forgotten goes on under a new key, and its old key names nothing any more', async () => {
  const { client, directory, file, begun, clock } = await forgotten()
  clock.aheadMs = 2 * MINUTE_MS
  const { granted, key } = await claimWith(client, file)
  expect(granted).toBe(true)

  const again = await begin(client, { ...file, uploadKey: key })
  expect(again.fileId).toBe(begun.fileId)
  expect(again.stored).toEqual([{ start: String(3 * CHUNK_BYTES), end: String(15 * CHUNK_BYTES) }])
  const rest = chunksOf(file).filter((_, index) => index < 3 || index >= 15)
  await send(client, again, rest)
  await finish(client, again, file.data)

  const other = { ...file, data: randomBytes(file.data.length) }
  const anew = await begin(client, other)
  expect(anew).toMatchObject({ stored: [], finished: null })
  await send(client, anew, chunksOf(other))
  expect((await finish(client, anew, other.data)).storedAs).toBe('a (2).bin')
  expect(await filesIn(directory)).toEqual({ 'a.bin': md5Of(file.data), 'a (2).bin': md5Of(other.data) })
})

test('nothing is granted within a minute of the last time that somebody began it, sent a byte, or was busy with it', async () => {
  const { client, file, begun, clock } = await forgotten()
  expect(await claim(client, requestFor(file))).toMatchObject({ granted: false, fileId: '' })
  clock.aheadMs = MINUTE_MS / 2
  expect(await claim(client, requestFor(file))).toMatchObject({ granted: false, fileId: '' })
  clock.aheadMs = 2 * MINUTE_MS
  expect((await claim(client, requestFor(file))).fileId).toBe(begun.fileId)

  const again = await begin(client, file)
  expect((await claim(client, requestFor(file))).fileId).toBe('')
  clock.aheadMs = 4 * MINUTE_MS
  const stream = openStream(client, again)
  stream.call.write(chunksOf(file)[0] ?? {})
  await stream.next()
  clock.aheadMs = 6 * MINUTE_MS
  expect((await claim(client, requestFor(file))).fileId).toBe('')
  stream.call.end()
  await stream.acks
  expect((await claim(client, requestFor(file))).fileId).toBe('')
  clock.aheadMs = 8 * MINUTE_MS
  expect((await claim(client, requestFor(file))).fileId).toBe(begun.fileId)
})

test('of many that ask at once one gets it', async () => {
  const { client, file, clock } = await forgotten()
  clock.aheadMs = 2 * MINUTE_MS
  const claims = await Promise.all(Array.from({ length: 16 }, () => claimWith(client, file)))
  expect(claims.filter(({ granted }) => granted)).toHaveLength(1)
})

test('a source with other bytes gets nothing, nor does one of another path, size or time, or another device', async () => {
  const { client, device, file, clock } = await forgotten()
  clock.aheadMs = 2 * MINUTE_MS
  const other = Buffer.from(file.data)
  for (let at = 0; at < other.length; at += CHUNK_BYTES) other.writeUInt8(other.readUInt8(at) ^ 1, at)
  expect((await claimWith(client, file, other)).granted).toBe(false)
  clock.aheadMs = 4 * MINUTE_MS
  for (const request of [
    { ...requestFor(file), path: ['b.bin'] },
    { ...requestFor(file), size: file.data.length + 1 },
    { ...requestFor(file), modifiedAtMs: MODIFIED_AT_MS + 1 },
  ]) {
    expect((await claim(client, request)).fileId).toBe('')
  }
  expect((await claim((await device()).client, requestFor(file))).fileId).toBe('')
  expect((await claimWith(client, file)).granted).toBe(true)
})

test('samples that were not asked for, none, too many, and ids that are none, grant nothing', async () => {
  const { client, file, begun, clock } = await forgotten()
  clock.aheadMs = 2 * MINUTE_MS
  const request = { ...requestFor(file), fileId: begun.fileId }
  expect((await claim(client, request)).granted).toBe(false)
  const notStored = { start: 0, end: CHUNK_BYTES, crc32: crc32(file.data.subarray(0, CHUNK_BYTES)) }
  expect((await claim(client, { ...request, samples: [notStored] })).granted).toBe(false)
  const many = Array.from({ length: 17 }, () => notStored)
  expect(await refusalOf(claim(client, { ...request, samples: many }))).toBe('INVALID_ARGUMENT BAD_LENGTH')
  expect(await refusalOf(claim(client, { ...request, fileId: '../x' }))).toBe('INVALID_ARGUMENT BAD_ID')
  expect(await refusalOf(claim(client, { ...request, uploadKey: 'short' }))).toBe('INVALID_ARGUMENT BAD_ID')
  expect((await claim(client, { ...request, fileId: 'f'.repeat(32) })).granted).toBe(false)
})

test('callers without tokens get nothing, however long an upload was left alone', async () => {
  const { client } = await receiving(undefined, { now: () => Date.now() + 10 * MINUTE_MS })
  const file = source('a.bin', randomBytes(3 * CHUNK_BYTES))
  await send(client, await begin(client, file), chunksOf(file).slice(0, 2))
  expect(await claim(client, requestFor(file))).toMatchObject({ granted: false, fileId: '' })
})
