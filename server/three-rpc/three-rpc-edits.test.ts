import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import type { FileChunkInput } from '../../proto/generated/filetransfer/FileChunk.ts'
import type { UploadedChunks } from '../../proto/generated/filetransfer/UploadedChunks.ts'
import type { UploadStatus } from '../../proto/generated/filetransfer/UploadStatus.ts'
import { asked, type Client, md5Of, plainChunks, refusalOf, sendPlain } from '../fixtures/client.ts'
import { filesIn, receiving, sandbox } from '../fixtures/receiving.ts'

function query(client: Client, fileId: string): Promise<UploadedChunks> {
  return asked((done) => client.queryUploadedChunks({ fileId }, done))
}

/** A call that has sent these chunks, all of which are stored, and goes on. */
async function sendingPlain(client: Client, chunks: readonly FileChunkInput[]) {
  let end = (): void => undefined
  const status = asked<UploadStatus>((done) => {
    const call = client.upload(done)
    for (const chunk of chunks) call.write(chunk)
    end = () => call.end()
  })
  const [{ fileId = '' } = {}] = chunks
  await expect.poll(async () => (await query(client, fileId)).offsets.length).toBe(chunks.length)
  return { status, end }
}

test('another total_size, or other bytes, than a call under way has brought is refused', async () => {
  const { client } = await receiving()
  const { status, end } = await sendingPlain(client, [{ fileId: 'a', totalSize: 10, data: Buffer.from('abc') }])

  const size = sendPlain(client, [{ fileId: 'a', offset: 3, totalSize: 11, data: Buffer.from('d') }])
  expect(await refusalOf(size)).toBe('FAILED_PRECONDITION PARAMS_CHANGED')
  const bytes = sendPlain(client, [{ fileId: 'a', offset: 1, totalSize: 10, data: Buffer.from('xc') }])
  expect(await refusalOf(bytes)).toBe('FAILED_PRECONDITION PARAMS_CHANGED')
  end()
  expect(await status).toMatchObject({ success: false, message: 'Missing bytes: 3-10 of 10.' })
  const itself = sendPlain(client, [
    { fileId: 'b', totalSize: 10, data: Buffer.from('abc') },
    { fileId: 'b', totalSize: 10, data: Buffer.from('xbc') },
  ])
  expect(await refusalOf(itself)).toBe('FAILED_PRECONDITION PARAMS_CHANGED')
})

test.each([
  ['at its beginning', 3],
  ['after chunks that are the same', 350],
  ['where nothing was stored yet', 900],
])('a file that was half sent, edited %s and sent whole arrives as it is now', async (_where, at) => {
  const within = await sandbox()
  const { client, directory } = await receiving(within)
  const data = randomBytes(1000)
  const edited = Buffer.from(data)
  edited[at] = ~(data[at] ?? 0)
  await sendPlain(client, plainChunks('a.bin', data, 100, 200, 300, 400, 500).slice(0, 5))

  const status = await sendPlain(client, plainChunks('a.bin', edited, 100, 200, 300, 400, 500))

  expect(status).toMatchObject({ success: true, message: expect.stringContaining(md5Of(edited)) })
  expect(await filesIn(directory)).toEqual({ 'a.bin': md5Of(edited) })
})

test.each([0, 300, 999, 1001, 5000])('one that has %i bytes now, too', async (sizeBytes) => {
  const { client, directory } = await receiving()
  await sendPlain(client, plainChunks('a.bin', randomBytes(1000), 500).slice(0, 1))
  const now = randomBytes(sizeBytes)
  expect(await sendPlain(client, plainChunks('a.bin', now))).toMatchObject({ success: true })
  expect(await filesIn(directory)).toEqual({ 'a.bin': md5Of(now) })
})

test('what an edit made old is forgotten over a restart of the receiver, too, and what came with the edit is not', async () => {
  const within = await sandbox()
  const before = await receiving(within)
  const data = randomBytes(1000)
  const edited = Buffer.concat([data.subarray(0, 250), randomBytes(750)])
  const [one, two, ...rest] = plainChunks('a.bin', edited, 200, 400, 600)
  await sendPlain(before.client, plainChunks('a.bin', data, 200, 400, 600).slice(0, 3))
  expect(await sendPlain(before.client, [one ?? {}, two ?? {}])).toMatchObject({
    message: 'Missing bytes: 400-1000 of 1000.',
  })
  await before.receiver.close()

  const { client, directory } = await receiving(within)
  expect(await query(client, 'a.bin')).toMatchObject({ offsets: ['0', '200'] })
  expect(await sendPlain(client, rest)).toMatchObject({ success: true })
  expect(await filesIn(directory)).toEqual({ 'a.bin': md5Of(edited) })
})

test('a finished file sent again is a repetition; other content under its id is a new file', async () => {
  const { client, directory } = await receiving()
  const data = randomBytes(1000)
  const other = Buffer.concat([data.subarray(0, 900), randomBytes(100)])
  await sendPlain(client, plainChunks('a.bin', data, 500))

  expect(await sendPlain(client, plainChunks('a.bin', data, 300))).toMatchObject({ success: true })
  expect(await filesIn(directory)).toEqual({ 'a.bin': md5Of(data) })

  const edited = await sendPlain(client, plainChunks('a.bin', other, 200, 500))
  expect(edited).toMatchObject({ success: true, message: expect.stringContaining(md5Of(other)) })
  expect(await filesIn(directory)).toEqual({ 'a.bin': md5Of(data), 'a (2).bin': md5Of(other) })
})
