import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { CHUNK_BYTES } from '../../proto/limits.ts'
import { asked, begin, chunksOf, finish, md5Of, refusalOf, send, sendPlain, source } from '../fixtures/client.ts'
import { filesIn, sandbox } from '../fixtures/receiving.ts'
import { secured } from '../fixtures/secured.ts'

const UNKNOWN = 'NOT_FOUND UNKNOWN_UPLOAD'

async function drained(call: AsyncIterable<unknown>): Promise<unknown[]> {
  const seen: unknown[] = []
  for await (const message of call) seen.push(message)
  return seen
}

test('[H15] what one device began is unknown to every other, whatever it asks', async () => {
  const { device, directory } = await secured()
  const [mine, theirs] = [await device(), await device()]
  const file = source('a.bin', randomBytes(2 * CHUNK_BYTES))
  const begun = await begin(mine.client, file)
  await send(mine.client, begun, chunksOf(file).slice(0, 1))
  await sendPlain(mine.client, [{ fileId: 'plain', offset: 0, totalSize: 9, data: Buffer.from('abc') }])
  const { client } = theirs
  const nobodys = { ...begun, fileId: 'f'.repeat(32) }

  for (const id of [begun, nobodys]) {
    expect(await refusalOf(send(client, id, chunksOf(file).slice(1)))).toBe(UNKNOWN)
    expect(await refusalOf(finish(client, id, file.data))).toBe(UNKNOWN)
    expect(await asked((done) => client.abortUpload({ fileId: id.fileId }, done))).toEqual({})
    expect(await asked((done) => client.queryUploadedChunks({ fileId: id.fileId }, done))).toMatchObject({ ranges: [] })
    expect(await asked((done) => client.checkFileIntegrity({ fileId: id.fileId }, done))).toMatchObject({
      match: false,
      message: 'Nothing is stored of this file.',
    })
  }
  expect(await drained(client.listUploads({}))).toEqual([])
  expect(await asked((done) => client.queryUploadedChunks({ fileId: 'plain' }, done))).toMatchObject({ ranges: [] })
  await asked((done) => client.abortUpload({ uploadKey: file.uploadKey }, done))
  // The same key and the same plain id are another upload.
  expect((await begin(client, file)).fileId).not.toBe(begun.fileId)
  await sendPlain(client, [{ fileId: 'plain', offset: 0, totalSize: 3, data: Buffer.from('xyz') }])

  expect(await drained(mine.client.listUploads({}))).toMatchObject([{ storedBytes: String(CHUNK_BYTES) }])
  await send(mine.client, begun, chunksOf(file).slice(1))
  await finish(mine.client, begun, file.data)
  const rest = Buffer.from('defghi')
  await sendPlain(mine.client, [{ fileId: 'plain', offset: 3, totalSize: 9, data: rest }])
  expect(await filesIn(directory)).toEqual({
    'a.bin': md5Of(file.data),
    plain: md5Of(Buffer.from('xyz')),
    'plain (2)': md5Of(Buffer.from('abcdefghi')),
  })
})

test('a record of an older receiver, which had no owner, is nobody’s among devices', async () => {
  const within = await sandbox()
  const open = await secured(within, { asksForTokens: false })
  const file = source('a.bin', randomBytes(2 * CHUNK_BYTES))
  const begun = await begin(open.client, file)
  await open.receiver.close()
  const closed = await secured(within)
  const { client } = await closed.device()
  expect(await refusalOf(send(client, begun, chunksOf(file)))).toBe(UNKNOWN)
  await closed.receiver.close()
  const again = await secured(within, { asksForTokens: false })
  await send(again.client, begun, chunksOf(file)).then(
    () => 'the generation is still the same',
    (error) => expect.unreachable(String(error)),
  )
  expect(await finish(again.client, begun, file.data)).toMatchObject({ md5: md5Of(file.data) })
})
