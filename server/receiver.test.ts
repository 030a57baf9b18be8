import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { readdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { UploadedChunks } from '../proto/generated/filetransfer/UploadedChunks.ts'
import { CHUNK_BYTES, MAX_MESSAGE_BYTES } from '../proto/limits.ts'
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
} from './fixtures/client.ts'
import { filesIn, receiving, sandbox } from './fixtures/receiving.ts'
import { startReceiver } from './receiver.ts'

const sizes = [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 2 * CHUNK_BYTES, 2 * CHUNK_BYTES + 1]

test.each(sizes)('a file of %i bytes arrives whole, under its name, with its time', async (size) => {
  const { client, directory, receiver } = await receiving()
  const stored: unknown[] = []
  receiver.onStored((file) => stored.push(file))
  const file = source('some folder/a.bin', randomBytes(size))

  const finished = await upload(client, file)

  const md5 = md5Of(file.data)
  expect(finished).toEqual({ storedAs: 'some folder/a.bin', size: String(size), md5, digestKind: 'MD5', digest: '' })
  expect(await filesIn(directory)).toEqual({ 'some folder/a.bin': md5Of(file.data) })
  expect((await stat(join(directory, 'some folder/a.bin'))).mtimeMs).toBe(1_000_000_000_000)
  expect(await readdir(join(directory, '.longshore/parts'))).toEqual([])
  expect(stored).toEqual([{ name: 'some folder/a.bin', bytes: size, digest: `md5:${md5}`, md5 }])
})

test('[C24] a finished upload stays finished, with the same answer, after a restart, and takes no more chunks', async () => {
  const within = await sandbox()
  const file = source('a.bin', randomBytes(CHUNK_BYTES + 1))
  const before = await receiving(within)
  const begun = await begin(before.client, file)
  await send(before.client, begun, chunksOf(file))
  const finished = await finish(before.client, begun, file.data)
  await before.receiver.close()

  const after = await receiving(within)

  expect(await finish(after.client, begun, file.data)).toEqual(finished)
  expect((await begin(after.client, file)).finished).toEqual(finished)
  expect(await refusalOf(send(after.client, begun, chunksOf(file)))).toBe('FAILED_PRECONDITION NOT_OPEN')
})

test('[A6] a receiver that is closed while it reads a file again says so, and the next one finishes the file', async () => {
  const within = await sandbox()
  const before = await receiving(within, { verifyFromDisk: true })
  const file = source('a.bin', randomBytes(96 * CHUNK_BYTES))
  const begun = await begin(before.client, file)
  await send(before.client, begun, chunksOf(file))
  const call = before.client.finishUpload({ fileId: begun.fileId, generation: begun.generation, md5: md5Of(file.data) })
  const outcome = refusalOf(
    once(call, 'status').then(([status]) => (status.code === 0 ? status : Promise.reject(status))),
  )
  call.on('error', () => 'looked at above')
  await once(call, 'data')
  await before.receiver.close()
  expect(await outcome).toBe('UNAVAILABLE DRAINING')

  const after = await receiving(within)
  expect(await finish(after.client, begun, file.data)).toMatchObject({ storedAs: 'a.bin', md5: md5Of(file.data) })
})

test('a second receiver on the same folder is refused with a sentence that names it', async () => {
  const { directory } = await receiving()
  const sentence = `Another receiver is already using ${directory} (process ${process.pid}).`
  const second = { directory, host: '127.0.0.1', port: 0 }
  await expect(startReceiver(second)).rejects.toThrow(sentence)
  // Also with a ledger of its own: it would take the parts of the first for leftovers.
  await expect(startReceiver({ ...second, stateDirectory: await sandbox() })).rejects.toThrow(sentence)
})

test('a port that is taken and a folder that is a file are refused with a sentence', async () => {
  const within = await sandbox()
  const { receiver } = await receiving(within)
  const onPort = startReceiver({ directory: join(within, 'other'), host: '127.0.0.1', port: receiver.port })
  await expect(onPort).rejects.toThrow(`Cannot listen on 127.0.0.1:${receiver.port}: the port is in use.`)
  await writeFile(join(within, 'file'), '')
  const onFile = startReceiver({ directory: join(within, 'file'), host: '127.0.0.1', port: 0 })
  await expect(onFile).rejects.toThrow('it is not a folder')
})

test('a receiver that closes sends its streams off to wait for it, and keeps what it acknowledged', async () => {
  const within = await sandbox()
  const { client, receiver } = await receiving(within)
  const file = source('a.bin', randomBytes(2 * CHUNK_BYTES))
  const stream = openStream(client, await begin(client, file))
  stream.call.write(chunksOf(file)[0] ?? {})
  await stream.next()

  await receiver.close()

  expect(await refusalOf(stream.acks)).toBe('UNAVAILABLE DRAINING')
  const after = await receiving(within)
  expect((await begin(after.client, file)).stored).toEqual([{ start: '0', end: String(CHUNK_BYTES) }])
})

test('a plain client that is between two chunks when the receiver closes hears so at once, and its chunks are kept', async () => {
  const within = await sandbox()
  const { client, receiver } = await receiving(within)
  const outcome = refusalOf(
    asked((done) => client.upload(done).write({ fileId: 'a.bin', totalSize: 1000, data: randomBytes(500) })),
  )
  const query = { fileId: 'a.bin' }
  const offsetsOf = async (of: typeof client) =>
    (await asked<UploadedChunks>((done) => of.queryUploadedChunks(query, done))).offsets
  await expect.poll(() => offsetsOf(client)).toEqual(['0'])
  const beganMs = performance.now()
  await receiver.close()
  expect(await outcome).toBe('UNAVAILABLE DRAINING')
  expect(performance.now() - beganMs).toBeLessThan(3000)
  expect(await offsetsOf((await receiving(within)).client)).toEqual(['0'])
})

test('the receiver introduces itself, with the same id after a restart', async () => {
  const within = await sandbox()
  const before = await receiving(within)
  const info = await asked((done) => before.client.getReceiverInfo({}, done))
  expect(info).toMatchObject({ protocolMin: 1, protocolMax: 1, maxMessageBytes: MAX_MESSAGE_BYTES })
  await before.receiver.close()

  const after = await receiving(within)
  expect(await asked((done) => after.client.getReceiverInfo({}, done))).toMatchObject({
    id: (info as { id: string }).id,
  })
})
