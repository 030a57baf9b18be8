import { randomBytes } from 'node:crypto'
import { appendFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { FileIntegrityStatus } from '../../proto/generated/filetransfer/FileIntegrityStatus.ts'
import type { UploadedChunks } from '../../proto/generated/filetransfer/UploadedChunks.ts'
import {
  asked,
  begin,
  type Client,
  chunksOf,
  md5Of,
  plainChunks,
  refusalOf,
  send,
  sendPlain,
  source,
  upload,
} from '../fixtures/client.ts'
import { filesIn, receiving, sandbox } from '../fixtures/receiving.ts'

function query(client: Client, fileId: string, fileName = ''): Promise<UploadedChunks> {
  return asked((done) => client.queryUploadedChunks({ fileId, fileName }, done))
}

function check(client: Client, fileId: string, clientMd5 = ''): Promise<FileIntegrityStatus> {
  return asked((done) => client.checkFileIntegrity({ fileId, clientMd5 }, done))
}

test('a plain client uploads chunks of any size in any order and learns the MD5', async () => {
  const { client, directory } = await receiving()
  const data = randomBytes(300_000)

  const status = await sendPlain(client, plainChunks('report.pdf', data, 7, 100_000, 250_001).reverse())

  expect(status.success).toBe(true)
  expect(status.message).toContain(md5Of(data))
  expect(await filesIn(directory)).toEqual({ 'report.pdf': md5Of(data) })
})

test('an empty file is one empty chunk', async () => {
  const { client, directory } = await receiving()
  const status = await sendPlain(client, [{ fileId: 'empty', offset: 0, totalSize: 0 }])
  expect(status).toMatchObject({ success: true, message: expect.stringContaining('d41d8cd98f00b204e9800998ecf8427e') })
  expect(await filesIn(directory)).toEqual({ empty: md5Of(Buffer.alloc(0)) })
  expect(await query(client, 'empty')).toEqual({ offsets: ['0'], ranges: [] })
})

test('a call that ends early says what is missing, and what arrived is kept over a restart', async () => {
  const within = await sandbox()
  const before = await receiving(within)
  const data = randomBytes(1000)
  const [first, second, third] = plainChunks('a', data, 300, 600)

  const early = await sendPlain(before.client, [first ?? {}, third ?? {}])

  expect(early.success).toBe(false)
  expect(early.message).toContain('300-600')
  await before.receiver.close()
  const { client } = await receiving(within)
  expect(await query(client, 'a')).toEqual({
    offsets: ['0', '600'],
    ranges: [
      { start: '0', end: '300' },
      { start: '600', end: '1000' },
    ],
  })
  expect(await sendPlain(client, [second ?? {}])).toMatchObject({ success: true })
})

test('concurrent calls share one file, with overlapping and repeated chunks', async () => {
  const { client, directory } = await receiving()
  const data = randomBytes(500_000)
  const ways = [
    plainChunks('a', data, 200_000),
    plainChunks('a', data, 100_000, 300_000),
    plainChunks('a', data, 1, 499_999),
  ]

  const statuses = await Promise.all([...ways, ...ways].map((chunks) => sendPlain(client, chunks)))

  expect(statuses.every(({ success }) => success)).toBe(true)
  expect(await filesIn(directory)).toEqual({ a: md5Of(data) })
})

test('[C19] a damaged chunk does not count, does not end the call, and is named', async () => {
  const { client } = await receiving()
  const data = randomBytes(1000)
  const [first, second] = plainChunks('a', data, 500)
  const damaged = { ...first, chunkMd5: '0'.repeat(32) }

  const status = await sendPlain(client, [damaged, second ?? {}])

  expect(status).toMatchObject({ success: false, message: expect.stringMatching(/damaged at offset 0:.* 0-500/) })
  expect(await sendPlain(client, [{ ...first, chunkMd5: md5Of(data.subarray(0, 500)).toUpperCase() }])).toMatchObject({
    success: true,
  })
})

test.each([
  ['no file_id', { totalSize: 1, data: Buffer.from('x') }, 'INVALID_ARGUMENT BAD_ID'],
  ['a long file_id', { fileId: 'a'.repeat(256), totalSize: 1, data: Buffer.from('x') }, 'INVALID_ARGUMENT BAD_ID'],
  [
    'a negative offset',
    { fileId: 'a', offset: -1, totalSize: 5, data: Buffer.from('x') },
    'INVALID_ARGUMENT BAD_OFFSET',
  ],
  ['bytes past the end', { fileId: 'a', offset: 5, totalSize: 5, data: Buffer.from('x') }, 'OUT_OF_RANGE PAST_END'],
  ['no bytes', { fileId: 'a', totalSize: 5 }, 'INVALID_ARGUMENT BAD_LENGTH'],
  [
    'a checksum that is none',
    { fileId: 'a', totalSize: 1, data: Buffer.from('x'), chunkMd5: 'xyz' },
    'INVALID_ARGUMENT BAD_HASH_FORMAT',
  ],
])('a chunk with %s is refused', async (_what, chunk, refusal) => {
  const { client, directory } = await receiving()
  expect(await refusalOf(sendPlain(client, [chunk]))).toBe(refusal)
  expect(await filesIn(directory)).toEqual({})
})

test('a last chunk without bytes ends a call, and is not taken for the file: it is complete only when it was before and still is', async () => {
  const { client, directory } = await receiving()
  const data = randomBytes(1000)
  const end = { fileId: 'a.bin', offset: data.length, totalSize: data.length, isLast: true }
  expect(await sendPlain(client, [end])).toMatchObject({ success: false, message: 'Missing bytes: 0-1000 of 1000.' })
  expect(await sendPlain(client, [...plainChunks('a.bin', data, 500), end])).toMatchObject({ success: true })
  expect(await sendPlain(client, [end])).toMatchObject({
    success: true,
    message: expect.stringContaining(md5Of(data)),
  })
  expect(await sendPlain(client, [{ ...end, offset: 999, totalSize: 999 }])).toMatchObject({ success: false })
  await rm(join(directory, 'a.bin'))
  expect(await sendPlain(client, [end])).toMatchObject({ success: false })
})

test('a finished file that was taken away is received anew', async () => {
  const { client, directory } = await receiving()
  const data = randomBytes(1000)
  await sendPlain(client, plainChunks('a.bin', data))
  await rm(join(directory, 'a.bin'))

  expect(await query(client, 'a.bin')).toEqual({ offsets: [], ranges: [] })
  expect(await sendPlain(client, plainChunks('a.bin', data, 10))).toMatchObject({ success: true })
  expect(await filesIn(directory)).toEqual({ 'a.bin': md5Of(data) })
})

test.each(['../../escape', '/etc/passwd', '..', '.longshore', 'a\0b\nc', 'con', '.'])(
  'the file_id %j becomes a safe name',
  async (fileId) => {
    const within = await sandbox()
    const { client, directory } = await receiving(within)
    const data = randomBytes(10)

    expect(await sendPlain(client, plainChunks(fileId, data))).toMatchObject({ success: true })

    expect(Object.values(await filesIn(directory))).toEqual([md5Of(data)])
    expect(Object.values(await filesIn(within))).toEqual([md5Of(data)])
  },
)

test('the name in a FileIdentifier is used, whether it comes before the first chunk or after', async () => {
  const { client, directory } = await receiving()
  const data = randomBytes(1000)
  await query(client, 'id-1', 'one.txt')
  await sendPlain(client, plainChunks('id-1', data))
  const [first, second] = plainChunks('id-2', data, 500)
  await sendPlain(client, [first ?? {}])
  await query(client, 'id-2', 'two/../../two.txt')
  await sendPlain(client, [second ?? {}])

  expect(Object.keys(await filesIn(directory)).sort()).toEqual(['one.txt', 'two_.._.._two.txt'])
})

test('integrity is checked against the bytes on disk now', async () => {
  const { client, directory } = await receiving()
  const data = randomBytes(1000)
  const [first, second] = plainChunks('a.bin', data, 500)
  expect(await check(client, 'a.bin')).toMatchObject({ match: false, serverMd5: '' })
  await sendPlain(client, [first ?? {}])
  expect(await check(client, 'a.bin')).toMatchObject({ match: false, message: expect.stringContaining('500-1000') })
  await sendPlain(client, [second ?? {}])

  expect(await check(client, 'a.bin')).toMatchObject({ match: true, serverMd5: md5Of(data), clientMd5: md5Of(data) })
  expect(await check(client, 'a.bin', '0'.repeat(32))).toMatchObject({ match: false, serverMd5: md5Of(data) })
  await appendFile(join(directory, 'a.bin'), 'x')
  expect(await check(client, 'a.bin')).toMatchObject({ match: false, clientMd5: md5Of(data) })
})

test('ids that the receiver issued can be asked about too', async () => {
  const { client } = await receiving()
  const file = source('a.bin', randomBytes(1_500_000))
  const begun = await begin(client, file)
  await send(client, begun, chunksOf(file).slice(1))
  expect(await query(client, begun.fileId)).toEqual({
    offsets: ['1048576'],
    ranges: [{ start: '1048576', end: '1500000' }],
  })

  await upload(client, file)

  expect(await query(client, begun.fileId)).toEqual({
    offsets: ['0', '1048576'],
    ranges: [{ start: '0', end: '1500000' }],
  })
  expect(await check(client, begun.fileId, md5Of(file.data))).toMatchObject({ match: true })
})
