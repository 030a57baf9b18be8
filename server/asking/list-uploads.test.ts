import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import type { UploadSummary } from '../../proto/generated/filetransfer/UploadSummary.ts'
import { CHUNK_BYTES } from '../../proto/limits.ts'
import { begin, type Client, chunksOf, openStream, send, sendPlain, source, upload } from '../fixtures/client.ts'
import { receiving, sandbox } from '../fixtures/receiving.ts'

async function listed(client: Client): Promise<UploadSummary[]> {
  const uploads: UploadSummary[] = []
  for await (const summary of client.listUploads({})) uploads.push(summary)
  return uploads.sort((a, b) => a.uploadKey.localeCompare(b.uploadKey))
}

test('unfinished uploads are listed as their senders asked for them, also after a restart', async () => {
  const within = await sandbox()
  const { client, receiver } = await receiving(within)
  const half = source('Caf\u0065\u0301/half.bin', randomBytes(2 * CHUNK_BYTES + 5))
  const untouched = source('untouched.bin', Buffer.alloc(7))
  await upload(client, source('done.bin', randomBytes(10)))
  await sendPlain(client, [{ fileId: 'plain', totalSize: 10, data: Buffer.from('abc') }])
  await send(client, await begin(client, half), chunksOf(half).slice(1))
  await begin(client, untouched)

  const uploads = await listed(client)

  const rest = { modifiedAtMs: '1000000000000', busy: false, data: undefined }
  expect(uploads).toEqual([
    { ...half, size: String(half.data.length), storedBytes: String(CHUNK_BYTES + 5), ...rest },
    { ...untouched, size: '7', storedBytes: '0', ...rest },
  ])
  await receiver.close()
  expect(await listed((await receiving(within)).client)).toEqual(uploads)
})

test('an upload is busy for as long as a stream of it is open', async () => {
  const { client } = await receiving()
  const file = source('a.bin', randomBytes(2 * CHUNK_BYTES))
  const stream = openStream(client, await begin(client, file))
  stream.call.write(chunksOf(file)[0] ?? {})
  await stream.next()

  expect(await listed(client)).toMatchObject([{ busy: true, storedBytes: String(CHUNK_BYTES) }])
  stream.call.end()
  await stream.acks
  await expect.poll(() => listed(client)).toMatchObject([{ busy: false }])
})

test('a receiver with nothing unfinished lists nothing', async () => {
  const { client } = await receiving()
  await upload(client, source('done.bin', randomBytes(10)))
  expect(await listed(client)).toEqual([])
})
