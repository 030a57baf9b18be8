// @module-tag slow

import { randomBytes } from 'node:crypto'
import { mkdir, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, type TestContext, test } from 'vitest'
import { CHUNK_BYTES } from '../../proto/limits.ts'
import {
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
import { receiverOnFailingDisk } from '../fixtures/failing-disk.ts'
import { clientOf, filesIn, receiving, sandbox } from '../fixtures/receiving.ts'
import { mounted } from '../fixtures/small-disk.ts'

const durable = (chunks: number) => (chunks === 0 ? [] : [{ start: '0', end: String(chunks * CHUNK_BYTES) }])

type Begun = Awaited<ReturnType<typeof begin>>

/** An upload with so many durable chunks, and a receiver in which system calls on its part fail. */
async function onFailingDisk(context: TestContext, fault: string, file: Source, durableChunks: number) {
  const within = await sandbox()
  const before = await receiving(within)
  const begun = await begin(before.client, file)
  await send(before.client, begun, chunksOf(file).slice(0, durableChunks))
  await before.receiver.close()
  const { directory } = before
  const part = join(directory, '.longshore/parts', `${begun.fileId}.part`)
  const child = await receiverOnFailingDisk(context, directory, part, fault)
  const client = clientOf(child)
  return { client, directory, part }
}

async function rest(client: Client, file: Source, from: number): Promise<string> {
  const begun = await begin(client, file)
  return refusalOf(send(client, begun, chunksOf(file).slice(from)))
}

async function arrivesWhole(client: Client, directory: string, file: Source, from: number): Promise<void> {
  const begun = await begin(client, file)
  expect(begun.stored).toEqual(durable(from))
  await arrivesRest(client, directory, begun, file, from)
}

async function arrivesRest(client: Client, directory: string, begun: Begun, file: Source, from: number): Promise<void> {
  await send(client, begun, chunksOf(file).slice(from))
  expect(await finish(client, begun, file.data)).toMatchObject({ md5: md5Of(file.data) })
  expect(await filesIn(directory)).toEqual({ 'a.bin': md5Of(file.data) })
}

test('[F8] after a sync that failed, everything since the last checkpoint is asked for again, and not the rest', async (context) => {
  const file = source('a.bin', randomBytes(6 * CHUNK_BYTES))
  const { client, directory } = await onFailingDisk(context, 'fdatasync:error=EIO:when=1', file, 2)
  const stream = openStream(client, await begin(client, file))
  for (const chunk of chunksOf(file).slice(2, 4)) {
    stream.call.write(chunk)
    await stream.next()
  }

  expect(await refusalOf(stream.acks)).toBe('DATA_LOSS STORAGE_LOST_DATA')

  await arrivesWhole(client, directory, file, 2)
})

test('[F8] a file whose last sync fails is not published, and is finished when its bytes were sent again', async (context) => {
  const file = source('a.bin', randomBytes(4 * CHUNK_BYTES))
  const { client, directory } = await onFailingDisk(context, 'fdatasync:error=EIO:when=1', file, 2)
  const begun = await begin(client, file)
  await send(client, begun, chunksOf(file).slice(2))

  expect(await refusalOf(finish(client, begun, file.data))).toBe('DATA_LOSS STORAGE_LOST_DATA')

  expect(await filesIn(directory)).toEqual({})
  await arrivesWhole(client, directory, file, 2)
})

test('[F8] a disk that fails three syncs in a row is not written to any more', async (context) => {
  const file = source('a.bin', randomBytes(3 * CHUNK_BYTES))
  const { client, directory } = await onFailingDisk(context, 'fdatasync:error=EIO', file, 1)
  for (let times = 1; times <= 3; times++) {
    const begun = await begin(client, file)
    expect(begun.stored).toEqual(durable(1))
    await send(client, begun, chunksOf(file).slice(1))
    expect(await refusalOf(finish(client, begun, file.data))).toBe('DATA_LOSS STORAGE_LOST_DATA')
  }

  expect(await refusalOf(begin(client, file))).toBe('FAILED_PRECONDITION STORAGE_NOT_WRITABLE')

  expect(await filesIn(directory)).toEqual({})
})

test('[F7] a write that fails is not acknowledged, and the upload goes on from its checkpoint', async (context) => {
  const file = source('a.bin', randomBytes(5 * CHUNK_BYTES))
  const { client, directory } = await onFailingDisk(context, 'pwrite64:error=EIO:when=3', file, 1)
  expect(await rest(client, file, 1)).toBe('DATA_LOSS STORAGE_LOST_DATA')
  await arrivesWhole(client, directory, file, 1)
})

test('[F5] a quota that is used up is told as that, and loses nothing that was acknowledged', async (context) => {
  const file = source('a.bin', randomBytes(5 * CHUNK_BYTES))
  const { client, directory } = await onFailingDisk(context, 'pwrite64:error=EDQUOT:when=3', file, 1)
  expect(await rest(client, file, 1)).toBe('RESOURCE_EXHAUSTED QUOTA')
  const begun = await begin(client, file)
  // Chunks that were written at the same time, or after it, may be stored as well.
  expect(begun.stored[0]).toEqual(durable(3)[0])
  await arrivesRest(client, directory, begun, file, 3)
})

test('[F10] too many open files make the receiver busy, and it recovers by itself', async (context) => {
  const file = source('a.bin', randomBytes(2 * CHUNK_BYTES))
  const { client, directory } = await onFailingDisk(context, 'openat:error=EMFILE:when=1..2', file, 0)
  expect(await rest(client, file, 0)).toBe('RESOURCE_EXHAUSTED BUSY')
  expect(await rest(client, file, 0)).toBe('RESOURCE_EXHAUSTED BUSY')
  await arrivesWhole(client, directory, file, 0)
})

test('a disk that cannot read back what it took does not publish it, and is asked to take it again', async (context) => {
  const file = source('a.bin', randomBytes(2 * CHUNK_BYTES))
  const { client, directory } = await onFailingDisk(context, 'pread64:error=EIO:when=2', file, 1)
  const begun = await begin(client, file)
  await send(client, begun, chunksOf(file).slice(1))
  expect(await refusalOf(finish(client, begun, file.data))).toMatch(/STORAGE_LOST_DATA|MISSING_RANGES/)
  const again = await begin(client, file)
  await send(client, again, chunksOf(file))
  expect(await finish(client, again, file.data)).toMatchObject({ md5: md5Of(file.data) })
  expect(await filesIn(directory)).toEqual({ 'a.bin': md5Of(file.data) })
})

test('[F15] when the disk is unmounted under the receiver, nothing is written into the empty folder it leaves', async (context) => {
  const within = await sandbox()
  const disk = join(within, 'disk')
  const directory = join(within, 'received')
  await mkdir(disk)
  await mkdir(directory)
  const unmount = mounted(['--bind', disk, directory], context)
  const { client } = await receiving(within, { stateDirectory: join(within, 'state') })
  const file = source('folder/a.bin', randomBytes(2 * CHUNK_BYTES))
  const begun = await begin(client, file)
  await send(client, begun, chunksOf(file))
  const stream = openStream(client, begun)
  stream.call.write(chunksOf(file)[0] ?? {})
  await stream.next()

  unmount('--lazy')

  const refused = 'FAILED_PRECONDITION STORAGE_NOT_WRITABLE'
  expect(await refusalOf(finish(client, begun, file.data))).toBe(refused)
  const other = source('b.bin', randomBytes(10))
  expect(await refusalOf(send(client, await begin(client, other), chunksOf(other)))).toBe(refused)
  expect(await readdir(directory)).toEqual([])

  mounted(['--bind', disk, directory], context)
  expect(await finish(client, begun, file.data)).toMatchObject({ md5: md5Of(file.data) })
  expect(await filesIn(directory)).toEqual({ 'folder/a.bin': md5Of(file.data) })
})

test('[F6] a receiving folder that is moved away is not made again; nothing is lost when it comes back', async () => {
  const within = await sandbox()
  const { client, directory } = await receiving(within, { stateDirectory: join(within, 'state') })
  const file = source('a.bin', randomBytes(2 * CHUNK_BYTES))
  const begun = await begin(client, file)
  await send(client, begun, chunksOf(file))
  await rename(directory, join(within, 'away'))

  expect(await refusalOf(finish(client, begun, file.data))).toBe('FAILED_PRECONDITION STORAGE_NOT_WRITABLE')
  expect((await readdir(within)).toSorted()).toEqual(['away', 'state'])

  await rename(join(within, 'away'), directory)
  expect(await finish(client, begun, file.data)).toMatchObject({ md5: md5Of(file.data) })
  await rm(join(directory, 'a.bin'))
})
