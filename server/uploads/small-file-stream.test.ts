// @module-tag slow

import { randomBytes } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { PutFileReply } from '../../proto/generated/filetransfer/PutFileReply.ts'
import { PUT_FILE_MAX_BYTES } from '../../proto/limits.ts'
import { begin, chunksOf, connect, md5Of, refusalOf, type Source, send, source } from '../fixtures/client.ts'
import { fates, put, toPut } from '../fixtures/put.ts'
import { dyingReceiver } from '../fixtures/receiver-process.ts'
import { filesIn, receiving, sandbox } from '../fixtures/receiving.ts'

test('files that are put are stored, verified, and answered each', async () => {
  const { client, directory, receiver } = await receiving()
  const stored: string[] = []
  receiver.onStored(({ name }) => stored.push(name))
  const files = [source('a.bin', randomBytes(700)), source('day/b.bin', randomBytes(PUT_FILE_MAX_BYTES)), empty()]

  const replies = await put(
    client,
    files.map((file) => toPut(file)),
  )

  expect(fates(files, replies)).toEqual(['a.bin', 'day/b.bin', 'empty.bin'])
  expect(await filesIn(directory)).toEqual(
    Object.fromEntries(files.map(({ path, data }) => [path.join('/'), md5Of(data)])),
  )
  expect(stored.sort()).toEqual(['a.bin', 'day/b.bin', 'empty.bin'])
  expect(await readdir(join(directory, '.longshore/parts'))).toEqual([])
})

test('files of all lengths that one stream carries are stored, more of them than are under way at once', async () => {
  const { client, directory } = await receiving()
  const lengths = [
    ...Array.from({ length: 300 }, (_, index) => index),
    65_536,
    65_537,
    500_000,
    1_000_000,
    PUT_FILE_MAX_BYTES,
  ]
  const files = lengths.map((bytes) => source(`${bytes % 3}/${bytes}.bin`, randomBytes(bytes)))

  const replies = await put(
    client,
    files.map((file) => toPut(file)),
  )

  expect(fates(files, replies)).toEqual(files.map(({ path }) => path.join('/')))
  expect(await filesIn(directory)).toEqual(
    Object.fromEntries(files.map(({ path, data }) => [path.join('/'), md5Of(data)])),
  )
  expect(await readdir(join(directory, '.longshore/parts'))).toEqual([])
})

test('a long file that arrived damaged is refused, and is stored when it comes again', async () => {
  const { client, directory } = await receiving()
  const file = source('long.bin', randomBytes(200_000))
  const right = toPut(file)
  for (const damaged of [{ crc32: 1 }, { md5: md5Of(Buffer.from('other')) }]) {
    const replies = await put(client, [{ ...right, ...damaged }])
    expect(replies.get(String(right.uploadKey))?.refused?.reason).toBe('FINAL_CHECKSUM')
    expect(await filesIn(directory)).toEqual({})
  }
  expect(fates([file], await put(client, [right]))).toEqual(['long.bin'])
  expect(await filesIn(directory)).toEqual({ 'long.bin': md5Of(file.data) })
})

test('a file that is refused does not keep the others of its stream from being stored', async () => {
  const { client, directory } = await receiving()
  const good = source('good.bin', randomBytes(10))
  const bad = Array.from({ length: 7 }, (_, index) => source(`bad ${index}.bin`, randomBytes(10)))
  const [crc, md5, shape, size, name, key] = bad.map((file) => toPut(file))
  const large = toPut(source('large.bin', randomBytes(PUT_FILE_MAX_BYTES + 1)))
  const asked = [
    { ...crc, crc32: 1 },
    { ...md5, md5: md5Of(Buffer.from('other')) },
    { ...shape, md5: '' },
    { ...size, size: 11 },
    { ...name, path: [] },
    { ...key, uploadKey: 'short' },
    large,
    toPut(good),
  ]

  const replies = await put(client, asked)

  expect(asked.map(({ uploadKey }) => replies.get(String(uploadKey))?.refused?.reason ?? 'stored')).toEqual([
    'FINAL_CHECKSUM',
    'FINAL_CHECKSUM',
    'BAD_HASH_FORMAT',
    'BAD_LENGTH',
    'BAD_NAME',
    'BAD_ID',
    'BAD_LENGTH',
    'stored',
  ])
  expect(await filesIn(directory)).toEqual({ 'good.bin': md5Of(good.data) })
})

test('a file that is put again, or begun after it was put, is the same file', async () => {
  const { client, directory } = await receiving()
  const file = source('a.bin', randomBytes(10))
  await put(client, [toPut(file)])

  const again = await put(client, [toPut(file)])
  const begun = await begin(client, file)

  expect(fates([file], again)).toEqual(['a.bin'])
  expect(begun.finished).toMatchObject({ storedAs: 'a.bin', md5: md5Of(file.data) })
  expect(await filesIn(directory)).toEqual({ 'a.bin': md5Of(file.data) })
})

test('the same file twice in one stream is stored once and answered twice', async () => {
  const { client, directory } = await receiving()
  const file = source('a.bin', randomBytes(10))
  const call = client.putFiles()
  const replies: PutFileReply[] = []
  for (let times = 0; times < 2; times++) call.write(toPut(file))
  call.end()
  for await (const reply of call) replies.push(reply)

  expect(replies.map(({ finished }) => finished?.storedAs)).toEqual(['a.bin', 'a.bin'])
  expect(await filesIn(directory)).toEqual({ 'a.bin': md5Of(file.data) })
})

test('a file that was begun and sent is finished by putting it, and another one under its key is refused', async () => {
  const { client, directory } = await receiving()
  const file = source('a.bin', randomBytes(10))
  await send(client, await begin(client, file), chunksOf(file))

  const other = await put(client, [toPut({ ...file, data: randomBytes(10) })])
  const same = await put(client, [toPut(file)])

  expect(other.get(file.uploadKey)?.refused?.reason).toBe('FINAL_CHECKSUM')
  expect(fates([file], same)).toEqual(['a.bin'])
  expect(await filesIn(directory)).toEqual({ 'a.bin': md5Of(file.data) })
})

test('fifty different files of one name that are put at the same time are all kept', async () => {
  const { client, directory } = await receiving()
  const files = Array.from({ length: 50 }, () => source('same.bin', randomBytes(20)))

  const replies = await put(
    client,
    files.map((file) => toPut(file)),
  )

  const names = fates(files, replies)
  expect(new Set(names).size).toBe(50)
  expect(await filesIn(directory)).toEqual(
    Object.fromEntries(files.map(({ data }, index) => [names[index], md5Of(data)])),
  )
})

test.each([
  ['REFUSE', { 'a.bin': 'old' }, 'TARGET_EXISTS'],
  ['OVERWRITE', { 'a.bin': 'new' }, 'a.bin'],
  ['SKIP_SAME', { 'a.bin': 'old', 'a (2).bin': 'new' }, 'a (2).bin'],
] as const)('with %s, a taken name is treated as for every other upload', async (onConflict, expected, fate) => {
  const { client, directory } = await receiving()
  const contents = { old: source('a.bin', Buffer.from('old!')), new: source('a.bin', Buffer.from('new!')) }
  await put(client, [toPut(contents.old)])

  const replies = await put(client, [toPut(contents.new, { onConflict })])

  expect(fates([contents.new], replies)).toEqual([fate])
  const names = Object.entries(expected).map(([name, which]) => [name, md5Of(contents[which].data)])
  expect(await filesIn(directory)).toEqual(Object.fromEntries(names))
})

test('with SKIP_SAME, a file that is there already is answered and not stored again', async () => {
  const { client, directory } = await receiving()
  const file = source('a.bin', randomBytes(10))
  await put(client, [toPut(file)])
  const twin = source('a.bin', file.data)

  expect(fates([twin], await put(client, [toPut(twin, { onConflict: 'SKIP_SAME' })]))).toEqual(['a.bin'])
  expect(await filesIn(directory)).toEqual({ 'a.bin': md5Of(file.data) })
})

const points = ['before datasync', 'after datasync', 'before link', 'after link', 'after link 7']

test.each([
  ...points.map((point) => ['KEEP_BOTH', point] as const),
  ['OVERWRITE', 'before rename'],
  ['OVERWRITE', 'after rename'],
] as const)(
  '[A2] with %s, a receiver killed %s still publishes every file that is put exactly once',
  async (onConflict, point) => {
    const within = await sandbox()
    const directory = join(within, 'received')
    const child = await dyingReceiver(directory, ...point.split(' '))
    const files = Array.from({ length: 20 }, (_, index) => source(`${index}.bin`, randomBytes(100 + index)))
    const asked = files.map((file) => toPut(file, { onConflict }))
    const client = connect(child.port)

    expect(await refusalOf(put(client, asked))).toMatch(/^UNAVAILABLE/)

    expect(await child.ended()).toBe('SIGKILL')
    client.close()
    const after = await receiving(within)
    expect(fates(files, await put(after.client, asked))).toEqual(files.map(({ path }) => path.join('/')))
    const expected = files.map(({ path, data }) => [path.join('/'), md5Of(data)])
    expect(await filesIn(directory)).toEqual(Object.fromEntries(expected))
    expect(await readdir(join(directory, '.longshore/parts'))).toEqual([])
  },
)

function empty(): Source {
  return source('empty.bin', Buffer.alloc(0))
}
