import { randomBytes } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
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
  source,
  upload,
} from '../fixtures/client.ts'
import { filesIn, receiving } from '../fixtures/receiving.ts'

test('[C1 C4] chunks may come shuffled, repeated and on four streams at once', async () => {
  const { client, directory } = await receiving()
  const file = source('a.bin', randomBytes(9 * CHUNK_BYTES + 7))
  const begun = await begin(client, file)
  const chunks = chunksOf(file)
  const shares = [0, 1, 2, 3].map((turn) => [...chunks.slice(turn), ...chunks.slice(0, turn)].reverse())

  const acks = (await Promise.all(shares.map((share) => send(client, begun, share)))).flat()

  expect(acks.filter(({ outcome }) => outcome === 'STORED')).toHaveLength(chunks.length)
  expect(acks.filter(({ outcome }) => outcome === 'DUPLICATE')).toHaveLength(3 * chunks.length)
  await finish(client, begun, file.data)
  expect(await filesIn(directory)).toEqual({ 'a.bin': md5Of(file.data) })
})

test('[C5 C19] a damaged chunk is not counted, and the file is complete when it was sent again', async () => {
  const { client } = await receiving()
  const file = source('a.bin', randomBytes(2 * CHUNK_BYTES))
  const begun = await begin(client, file)
  const [first, second] = chunksOf(file)
  const damaged = { ...second, crc32: 1 }

  const acks = await send(client, begun, [first ?? {}, damaged])

  expect(acks.map(({ outcome }) => outcome)).toEqual(['STORED', 'CORRUPT'])
  expect(await refusalOf(finish(client, begun, file.data))).toBe('FAILED_PRECONDITION MISSING_RANGES')
  await send(client, begun, [second ?? {}])
  expect(await finish(client, begun, file.data)).toMatchObject({ md5: md5Of(file.data) })
})

test('[C2] other bytes for a chunk that is stored are refused, and the stored ones stay', async () => {
  const { client, directory } = await receiving()
  const file = source('a.bin', randomBytes(CHUNK_BYTES))
  const begun = await begin(client, file)
  await send(client, begun, chunksOf(file))

  const other = send(client, begun, chunksOf(source('a.bin', randomBytes(CHUNK_BYTES))))

  expect(await refusalOf(other)).toBe('FAILED_PRECONDITION PARAMS_CHANGED')
  await finish(client, begun, file.data)
  expect(await filesIn(directory)).toEqual({ 'a.bin': md5Of(file.data) })
})

test.each([
  ['[C3] off the grid', { offset: 1, data: Buffer.alloc(10) }, 'INVALID_ARGUMENT BAD_OFFSET'],
  ['[C7] before the file', { offset: -1, data: Buffer.alloc(10) }, 'INVALID_ARGUMENT BAD_OFFSET'],
  [
    '[C7] far before the file',
    { offset: '-9223372036854775808', data: Buffer.alloc(10) },
    'INVALID_ARGUMENT BAD_OFFSET',
  ],
  ['[C8] beyond 2^53', { offset: '9223372036854775807', data: Buffer.alloc(10) }, 'INVALID_ARGUMENT BAD_OFFSET'],
  ['[C6] past the end', { offset: 2 * CHUNK_BYTES, data: Buffer.alloc(CHUNK_BYTES) }, 'OUT_OF_RANGE PAST_END'],
  ['[C6] past the end by one byte', { offset: CHUNK_BYTES, data: Buffer.alloc(101) }, 'OUT_OF_RANGE PAST_END'],
  ['too short', { offset: 0, data: Buffer.alloc(100) }, 'INVALID_ARGUMENT BAD_LENGTH'],
  ['[C13] too long', { offset: 0, data: Buffer.alloc(CHUNK_BYTES + 1) }, 'INVALID_ARGUMENT BAD_LENGTH'],
  ['[C9] empty', { offset: 0 }, 'INVALID_ARGUMENT BAD_LENGTH'],
])('%s: such a chunk is refused and nothing is stored', async (_what, chunk, refusal) => {
  const { client } = await receiving()
  const file = source('a.bin', Buffer.alloc(CHUNK_BYTES + 100))
  const begun = await begin(client, file)

  expect(await refusalOf(send(client, begun, [chunk]))).toBe(refusal)
  expect((await begin(client, file)).stored).toEqual([])
})

test('opening an upload again tells what is stored and sends the old stream off at once, though it is silent', async () => {
  const { client } = await receiving()
  const file = source('a.bin', randomBytes(3 * CHUNK_BYTES))
  const chunks = chunksOf(file)
  const old = openStream(client, await begin(client, file))
  old.call.write(chunks[1] ?? {})
  await old.next()

  const begun = await begin(client, file)

  expect(await refusalOf(old.acks)).toBe('ABORTED PREEMPTED')
  expect(begun.stored).toEqual([{ start: String(CHUNK_BYTES), end: String(2 * CHUNK_BYTES) }])
  await send(client, begun, chunks)
  expect(await finish(client, begun, file.data)).toMatchObject({ md5: md5Of(file.data) })
})

test('a stream or a finish of an older generation is refused', async () => {
  const { client } = await receiving()
  const file = source('a.bin', randomBytes(10))
  const older = await begin(client, file)
  await begin(client, file)

  expect(await refusalOf(send(client, older, chunksOf(file)))).toBe('ABORTED PREEMPTED')
  expect(await refusalOf(finish(client, older, file.data))).toBe('ABORTED PREEMPTED')
})

test('[E3] twenty callers that finish at once get the same result and one file', async () => {
  const { client, directory, receiver } = await receiving()
  let stored = 0
  receiver.onStored(() => stored++)
  const file = source('a.bin', randomBytes(3 * CHUNK_BYTES))
  const begun = await begin(client, file)
  await send(client, begun, chunksOf(file))

  const results = await Promise.all(Array.from({ length: 20 }, () => finish(client, begun, file.data)))

  expect(new Set(results.map((result) => JSON.stringify(result))).size).toBe(1)
  expect(stored).toBe(1)
  expect(await filesIn(directory)).toEqual({ 'a.bin': md5Of(file.data) })
})

test('[C20] a file that differs from what the sender hashed is not published, and is asked for again', async () => {
  const { client, directory } = await receiving()
  const file = source('a.bin', randomBytes(CHUNK_BYTES))
  const begun = await begin(client, file)
  await send(client, begun, chunksOf(file))

  expect(await refusalOf(finish(client, begun, file.data, '0'.repeat(32)))).toBe('DATA_LOSS FINAL_CHECKSUM')

  expect(await filesIn(directory)).toEqual({})
  expect((await begin(client, file)).stored).toEqual([])
  expect(await upload(client, file)).toMatchObject({ storedAs: 'a.bin' })
})

test('[C12] an upload_key names one file: another path or size is refused and leaves the first alone', async () => {
  const { client } = await receiving()
  const file = source('a.bin', randomBytes(10))
  const begun = await begin(client, file)

  expect(await refusalOf(begin(client, { ...file, path: ['b.bin'] }))).toBe('FAILED_PRECONDITION PARAMS_CHANGED')
  expect(await refusalOf(begin(client, { ...file, data: randomBytes(11) }))).toBe('FAILED_PRECONDITION PARAMS_CHANGED')
  await send(client, begun, chunksOf(file))
  expect(await finish(client, begun, file.data)).toMatchObject({ storedAs: 'a.bin' })
})

test('ten senders that begin with one key at once share one upload', async () => {
  const { client } = await receiving()
  const file = source('a.bin', randomBytes(10))

  const begun = await Promise.all(Array.from({ length: 10 }, () => begin(client, file)))

  expect(new Set(begun.map(({ fileId }) => fileId)).size).toBe(1)
  expect(begun.map(({ generation }) => Number(generation)).sort((a, b) => a - b)).toEqual([
    1, 2, 3, 4, 5, 6, 7, 8, 9, 10,
  ])
})

test.each([
  ['[C17] a size of 2^53', { size: '9007199254740992' }, 'INVALID_ARGUMENT BAD_LENGTH'],
  ['[C17] a negative size', { size: -1 }, 'INVALID_ARGUMENT BAD_LENGTH'],
  ['more bytes than the disk has', { size: '9007199254740991' }, 'RESOURCE_EXHAUSTED DISK_FULL'],
  ['a short key', { uploadKey: 'short' }, 'INVALID_ARGUMENT BAD_ID'],
  ['a key that is a path', { uploadKey: '../../../../etc/passwd' }, 'INVALID_ARGUMENT BAD_ID'],
])('%s: such an upload is refused', async (_what, request, refusal) => {
  const { client } = await receiving()
  expect(await refusalOf(begin(client, source('a.bin', Buffer.alloc(0)), request))).toBe(refusal)
})

test('an aborted upload is forgotten with its bytes, and aborting again is success', async () => {
  const { client, directory } = await receiving()
  const file = source('a.bin', randomBytes(2 * CHUNK_BYTES))
  const begun = await begin(client, file)
  const stream = openStream(client, begun)
  stream.call.write(chunksOf(file)[0] ?? {})
  await stream.next()

  await asked((done) => client.abortUpload({ fileId: begun.fileId }, done))

  expect(await refusalOf(stream.acks)).toBe('FAILED_PRECONDITION NOT_OPEN')
  expect(await readdir(join(directory, '.longshore/parts'))).toEqual([])
  await asked((done) => client.abortUpload({ fileId: begun.fileId }, done))
  await asked((done) => client.abortUpload({ uploadKey: file.uploadKey }, done))
  expect(await refusalOf(finish(client, begun, file.data))).toBe('NOT_FOUND UNKNOWN_UPLOAD')
  expect((await begin(client, file)).fileId).not.toBe(begun.fileId)
})

test('aborting by key works, and never touches a finished file or anything outside', async () => {
  const { client, directory } = await receiving()
  const open = source('open.bin', randomBytes(10))
  const begun = await begin(client, open)
  const done = source('done.bin', randomBytes(10))
  await upload(client, done)

  await asked((answer) => client.abortUpload({ uploadKey: open.uploadKey }, answer))
  await asked((answer) => client.abortUpload({ uploadKey: done.uploadKey }, answer))
  expect(await refusalOf(asked((answer) => client.abortUpload({ fileId: '../x' }, answer)))).toBe(
    'INVALID_ARGUMENT BAD_ID',
  )

  expect(await refusalOf(send(client, begun, chunksOf(open)))).toBe('NOT_FOUND UNKNOWN_UPLOAD')
  expect(await filesIn(directory)).toEqual({ 'done.bin': md5Of(done.data) })
})
