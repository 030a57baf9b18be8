// @module-tag slow

import { randomBytes } from 'node:crypto'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { CHUNK_BYTES } from '../../proto/limits.ts'
import { begin, chunksOf, finish, md5Of, openStream, refusalOf, send, source } from '../fixtures/client.ts'
import { filesIn, receiving } from '../fixtures/receiving.ts'

/** Changes a byte of a part, as a failing disk or a curious person would. */
async function damage(directory: string, fileId: string, at: number): Promise<void> {
  const part = await open(join(directory, '.longshore/parts', `${fileId}.part`), 'r+')
  await part.write(Buffer.from([1, 2, 3]), 0, 3, at)
  await part.close()
}

test('chunks in any order give the digest of the file', async () => {
  const { client } = await receiving()
  const file = source('a.bin', randomBytes(9 * CHUNK_BYTES + 5))
  const begun = await begin(client, file)
  const chunks = chunksOf(file)
  await send(
    client,
    begun,
    [4, 3, 0, 1, 9, 2, 8, 5, 7, 6].map((index) => chunks[index] ?? {}),
  )

  expect(await finish(client, begun, file.data)).toMatchObject({ md5: md5Of(file.data) })
})

test('[F13] a part that somebody changed between two connections is read again, and not published', async () => {
  const { client, directory } = await receiving()
  const file = source('a.bin', randomBytes(4 * CHUNK_BYTES))
  const begun = await begin(client, file)
  await send(client, begun, chunksOf(file))
  await damage(directory, begun.fileId, 1000)

  // Chunks that were not durable yet are compared with their own checksums before.
  expect(await refusalOf(finish(client, begun, file.data))).toMatch(/FINAL_CHECKSUM|MISSING_RANGES/)
  expect(await filesIn(directory)).toEqual({})
})

test('[F13] with verifyFromDisk, a part that somebody changed while its stream was open is not published', async () => {
  const { client, directory } = await receiving(undefined, { verifyFromDisk: true })
  const file = source('a.bin', randomBytes(4 * CHUNK_BYTES))
  const begun = await begin(client, file)
  const stream = openStream(client, begun)
  for (const chunk of chunksOf(file)) {
    stream.call.write(chunk)
    await stream.next()
  }
  await damage(directory, begun.fileId, 1000)

  expect(await refusalOf(finish(client, begun, file.data))).toBe('DATA_LOSS FINAL_CHECKSUM')
  stream.call.end()
})
