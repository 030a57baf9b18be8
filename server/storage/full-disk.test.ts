import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdir, rm, statfs, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { CHUNK_BYTES } from '../../proto/limits.ts'
import {
  asked,
  begin,
  type Client,
  chunksOf,
  finish,
  md5Of,
  refusalOf,
  type Source,
  send,
  source,
} from '../fixtures/client.ts'
import { filesIn, receiving, sandbox } from '../fixtures/receiving.ts'
import { becomeSmallDisk, mounted } from '../fixtures/small-disk.ts'

test('[F1] uploads that would not fit together are refused before their first byte, and fit when there is space again', async (context) => {
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

test('[F1] space that was promised before a restart is promised again when the upload is, and only for what is missing', async (context) => {
  const within = await sandbox()
  await mkdir(join(within, 'received'))
  becomeSmallDisk(join(within, 'received'), 16, context)
  const before = await receiving(within)
  const first = source('a.bin', randomBytes(9 * CHUNK_BYTES))
  await send(before.client, await begin(before.client, first), chunksOf(first).slice(0, 4))
  await before.receiver.close()

  const { client } = await receiving(within)
  const second = source('b.bin', randomBytes(9 * CHUNK_BYTES))
  const begunSecond = await begin(client, second)
  expect(await refusalOf(begin(client, first))).toBe('RESOURCE_EXHAUSTED DISK_FULL')
  await asked((done) => client.abortUpload({ fileId: begunSecond.fileId }, done))
  expect(await refusalOf(begin(client, first))).toBe('OK')
  expect(await refusalOf(begin(client, second))).toBe('RESOURCE_EXHAUSTED DISK_FULL')
  expect(await refusalOf(begin(client, source('c.bin', randomBytes(5 * CHUNK_BYTES))))).toBe('OK')
})

test('[F3] a chunk that the ledger has no room for is not acknowledged, and what was acknowledged stays', async (context) => {
  const within = await sandbox()
  const stateDirectory = join(within, 'state')
  await mkdir(stateDirectory)
  becomeSmallDisk(stateDirectory, 1, context)
  const { client, directory } = await receiving(within, { stateDirectory })
  const file = source('a.bin', randomBytes(6 * CHUNK_BYTES))
  const begun = await begin(client, file)
  await send(client, begun, chunksOf(file).slice(0, 2))
  const { bavail, bsize } = await statfs(stateDirectory)
  await writeFile(join(stateDirectory, 'ballast'), Buffer.alloc(bavail * bsize))

  // The last page of the ledger's log takes a few records more.
  let others = 0
  const beginAnother = () => refusalOf(begin(client, source(`${others++}.bin`, randomBytes(1))))
  while (others < 100 && (await beginAnother()) === 'OK');
  expect(others).toBeLessThan(100)

  expect(await refusalOf(send(client, begun, chunksOf(file).slice(2)))).toBe('RESOURCE_EXHAUSTED DISK_FULL')

  await rm(join(stateDirectory, 'ballast'))

  await expectGoesOn(client, file, 2)
  expect(await filesIn(directory)).toEqual({ 'a.bin': md5Of(file.data) })
})

test('[F4] a folder that takes no more names keeps the part, and the file gets its name when there is room', async (context) => {
  const within = await sandbox()
  const directory = join(within, 'received')
  await mkdir(directory)
  becomeSmallDisk(directory, 16, context)
  const limitNames = (names: number) => execFileSync('mount', ['-o', `remount,nr_inodes=${names}`, directory])
  const { client } = await receiving(within, { stateDirectory: join(within, 'state') })
  const file = source('a.bin', randomBytes(2 * CHUNK_BYTES))
  const begun = await begin(client, file)
  await send(client, begun, chunksOf(file))
  const { files, ffree } = await statfs(directory)
  limitNames(files - ffree)

  expect(await refusalOf(finish(client, begun, file.data))).toBe('RESOURCE_EXHAUSTED DISK_FULL')

  expect(await filesIn(directory)).toEqual({})
  limitNames(files)
  expect(await finish(client, begun, file.data)).toMatchObject({ md5: md5Of(file.data) })
  expect(await filesIn(directory)).toEqual({ 'a.bin': md5Of(file.data) })
})

test('[F2] a disk that fills up in the middle loses nothing that was acknowledged, and the upload goes on afterwards', async (context) => {
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
  await expectGoesOn(client, file, 3)
  expect(await filesIn(directory)).toEqual({ 'a.bin': md5Of(file.data) })
})

test('a disk that can hardly name another file takes neither empty files nor folders, and keeps what is left for the receiver', async (context) => {
  const within = await sandbox()
  const folder = join(within, 'received')
  await mkdir(folder)
  mounted(['-t', 'tmpfs', '-o', 'size=16m,nr_inodes=3000', 'tmpfs', folder], context)
  const { client } = await receiving(within)
  const makeFolder = (name: string) => refusalOf(asked((done) => client.makeFolder({ path: [name] }, done)))
  const empty = () => refusalOf(begin(client, source('empty', Buffer.alloc(0))))
  expect([await makeFolder('a'), await empty()]).toEqual(['OK', 'OK'])
  await mkdir(join(folder, 'many'))
  for (let left = (await statfs(folder)).ffree; left >= 29; left--) await writeFile(join(folder, `many/${left}`), '')
  expect([await makeFolder('b'), await empty()]).toEqual(Array(2).fill('RESOURCE_EXHAUSTED DISK_FULL'))
  await rm(join(folder, 'many'), { recursive: true })
  expect([await makeFolder('b'), await empty()]).toEqual(['OK', 'OK'])
})

/** Sends what is missing of a file of which so many chunks from its beginning are stored, and finishes it. */
async function expectGoesOn(client: Client, file: Source, storedChunks: number): Promise<void> {
  const again = await begin(client, file)
  expect(again.stored).toEqual([{ start: '0', end: String(storedChunks * CHUNK_BYTES) }])
  await send(client, again, chunksOf(file).slice(storedChunks))
  expect(await finish(client, again, file.data)).toMatchObject({ md5: md5Of(file.data) })
}
