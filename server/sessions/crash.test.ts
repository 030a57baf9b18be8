// @module-tag slow

import { randomBytes } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { CHUNK_BYTES } from '../../proto/limits.ts'
import {
  begin,
  chunksOf,
  connect,
  finish,
  md5Of,
  openStream,
  refusalOf,
  send,
  source,
  upload,
} from '../fixtures/client.ts'
import { dyingReceiver, receiverProcess } from '../fixtures/receiver-process.ts'
import { filesIn, receiving, sandbox } from '../fixtures/receiving.ts'

test('[A1] every acknowledged chunk survives kill -9 of the receiver, and the upload goes on from there', async () => {
  const within = await sandbox()
  const directory = join(within, 'received')
  const child = await receiverProcess(directory)
  const file = source('a.bin', randomBytes(24 * CHUNK_BYTES + 5))
  const client = connect(child.port)
  const acknowledged: string[] = []
  const stream = openStream(client, await begin(client, file))
  for (const chunk of chunksOf(file).reverse()) stream.call.write(chunk)
  while (acknowledged.length < 7) acknowledged.push((await stream.next()).offset)
  child.kill('SIGKILL')
  await child.ended()
  client.close()

  const after = await receiving(within)
  const begun = await begin(after.client, file)

  for (const offset of acknowledged.map(Number)) {
    const isStored = begun.stored.some(({ start, end }) => Number(start) <= offset && offset < Number(end))
    expect(isStored, `the chunk at ${offset}`).toBe(true)
  }
  const rest = chunksOf(file).filter(({ offset }) => !acknowledged.includes(String(offset)))
  await send(after.client, begun, rest)
  expect(await finish(after.client, begun, file.data)).toMatchObject({ md5: md5Of(file.data) })
  expect(await filesIn(directory)).toEqual({ 'a.bin': md5Of(file.data) })
})

test.each(['before', 'after'])(
  '[A1] a receiver killed %s it syncs a part keeps every acknowledged chunk',
  async (moment) => {
    const within = await sandbox()
    const directory = join(within, 'received')
    const child = await dyingReceiver(directory, moment, 'datasync')
    const file = source('a.bin', randomBytes(5 * CHUNK_BYTES))
    const client = connect(child.port)
    const stream = openStream(client, await begin(client, file))
    for (const chunk of chunksOf(file).slice(0, 4)) {
      stream.call.write(chunk)
      await stream.next()
    }
    expect(await refusalOf(stream.acks)).toMatch(/^UNAVAILABLE/)
    expect(await child.ended()).toBe('SIGKILL')
    client.close()

    const after = await receiving(within)
    const begun = await begin(after.client, file)
    expect(begun.stored).toEqual([{ start: '0', end: String(4 * CHUNK_BYTES) }])
    await send(after.client, begun, chunksOf(file).slice(4))
    expect(await finish(after.client, begun, file.data)).toMatchObject({ md5: md5Of(file.data) })
  },
)

const keepBoth = ['before link', 'after link', 'before unlink', 'after unlink'].map(
  (point) => ['KEEP_BOTH', point] as const,
)
const overwrite = ['before rename', 'after rename'].map((point) => ['OVERWRITE', point] as const)

test.each([...keepBoth, ...overwrite])(
  '[A2] with %s, a receiver killed %s still publishes the file exactly once',
  async (onConflict, point) => {
    const within = await sandbox()
    const directory = join(within, 'received')
    const old = source('a.bin', Buffer.from('was there before'))
    const first = await receiving(within)
    await upload(first.client, old)
    await first.receiver.close()
    const child = await dyingReceiver(directory, ...point.split(' '))
    const file = source('a.bin', randomBytes(CHUNK_BYTES + 3))
    const client = connect(child.port)
    const begun = await begin(client, file, { onConflict })
    await send(client, begun, chunksOf(file))

    expect(await refusalOf(finish(client, begun, file.data))).toMatch(/^UNAVAILABLE/)

    expect(await child.ended()).toBe('SIGKILL')
    client.close()
    const after = await receiving(within)
    const again = await begin(after.client, file, { onConflict })
    const finished = await finish(after.client, again, file.data)
    expect(await finish(after.client, again, file.data)).toEqual(finished)
    const expected =
      onConflict === 'OVERWRITE'
        ? { 'a.bin': md5Of(file.data) }
        : { 'a.bin': md5Of(old.data), 'a (2).bin': md5Of(file.data) }
    expect(await filesIn(directory)).toEqual(expected)
    expect(await readdir(join(directory, '.longshore/parts'))).toEqual([])
  },
)
