import { randomBytes } from 'node:crypto'
import { mkdir, rm, statfs, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { CHUNK_BYTES } from '../proto/limits.ts'
import { begin, chunksOf, finish, md5Of, refusalOf, send, source } from './fixtures/client.ts'
import { filesIn, receiving, sandbox } from './fixtures/receiving.ts'
import { becomeSmallDisk } from './fixtures/small-disk.ts'

test('uploads that would not fit together are refused before their first byte, and fit when there is space again', async (context) => {
  const within = await sandbox()
  await mkdir(join(within, 'received'))
  becomeSmallDisk(join(within, 'received'), 16, context)
  const { client } = await receiving(within)
  const first = source('a.bin', randomBytes(9 * CHUNK_BYTES))
  const second = source('b.bin', randomBytes(9 * CHUNK_BYTES))
  const begun = await begin(client, first)

  expect(await refusalOf(begin(client, second))).toBe('RESOURCE_EXHAUSTED DISK_FULL')
  await new Promise((resolve) => client.abortUpload({ fileId: begun.fileId }, resolve))
  expect(await refusalOf(begin(client, second))).toBe('OK')
})

test('a disk that fills up in the middle loses nothing that was acknowledged, and the upload goes on afterwards', async (context) => {
  const within = await sandbox()
  const directory = join(within, 'received')
  await mkdir(directory)
  becomeSmallDisk(directory, 16, context)
  const { client } = await receiving(within)
  const file = source('a.bin', randomBytes(9 * CHUNK_BYTES))
  const begun = await begin(client, file)
  const { bavail, bsize } = await statfs(directory)
  await writeFile(join(directory, '.ballast'), Buffer.alloc(bavail * bsize - 3.5 * CHUNK_BYTES))

  expect(await refusalOf(send(client, begun, chunksOf(file)))).toBe('RESOURCE_EXHAUSTED DISK_FULL')

  await rm(join(directory, '.ballast'))
  const again = await begin(client, file)
  expect(again.stored).toEqual([{ start: '0', end: String(3 * CHUNK_BYTES) }])
  await send(client, again, chunksOf(file).slice(3))
  expect(await finish(client, again, file.data)).toMatchObject({ md5: md5Of(file.data) })
  expect(await filesIn(directory)).toEqual({ 'a.bin': md5Of(file.data) })
})
