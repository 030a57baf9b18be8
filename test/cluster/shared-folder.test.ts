import { mkdtemp, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { freePort } from '../../bench/run/free-port.ts'
import { emptyRedis, hasRedis } from '../../scripts/cluster/redis.ts'
import {
  asked,
  begin,
  type Client,
  chunksOf,
  finish,
  md5Of,
  openStream,
  refusalOf,
  send,
  sendPlain,
  source,
  upload,
} from '../../server/fixtures/client.ts'
import { clientOf, filesIn } from '../../server/fixtures/receiving.ts'
import { startReceiver } from '../../server/receiver.ts'
import { withReceiver } from '../support/with-receiver.ts'
import { ownRedis } from './own-redis.ts'

const MIB = 1024 ** 2

describe.skipIf(!hasRedis)('two receivers on one folder (redis-server, where it is missing this is skipped)', () => {
  const own = ownRedis()
  let directory: string

  beforeEach(async () => {
    await emptyRedis(own.redis.url)
    directory = await mkdtemp(join(own.folder, 'received-'))
  })

  async function nodeOf(): Promise<Client> {
    return clientOf(await withReceiver(directory, { cluster: { redisUrl: own.redis.url } }))
  }

  test('what one node has begun goes on at another, byte for byte, and both are the same receiver', async () => {
    const [one, other] = [await nodeOf(), await nodeOf()]
    const file = source('film.mov', bytes(9 * MIB))
    const chunks = chunksOf(file)
    await send(one, await begin(one, file), chunks.slice(0, 4))
    const begun = await begin(other, file)
    expect(begun.stored).toEqual([{ start: '0', end: String(4 * MIB) }])
    await send(other, begun, chunks.slice(4))
    expect(begun.node).toMatch(/^[0-9a-f]{12}$/)
    expect((await begin(one, source('other.mov', bytes(10)))).node).not.toBe(begun.node)
    expect(await finish(one, begun, file.data)).toMatchObject({ storedAs: 'film.mov', md5: md5Of(file.data) })
    expect(await filesIn(directory)).toEqual({ 'film.mov': md5Of(file.data) })
    const [info, same] = [await infoOf(one), await infoOf(other)]
    expect(same).toEqual(info)
    expect(await readdir(join(directory, '.longshore/parts'))).toEqual([])
  })

  test('what a plain client calls its file at one node is what it is called when it comes to another', async () => {
    const [one, other] = [await nodeOf(), await nodeOf()]
    const named = { fileId: 'plain-1', fileName: 'holiday.mov' }
    await asked((done) => one.queryUploadedChunks(named, done))
    const data = bytes(1000)
    const status = await sendPlain(other, [{ fileId: 'plain-1', offset: 0, totalSize: data.length, data }])
    expect(status.success, status.message).toBe(true)
    expect(await filesIn(directory)).toEqual({ 'holiday.mov': md5Of(data) })
  })

  test('an upload that one node is busy with is served by any node: streams, beginnings and endings', async () => {
    const [one, other] = [await nodeOf(), await nodeOf()]
    const file = source('busy.bin', bytes(8 * MIB))
    const begun = await begin(one, file)
    const chunks = chunksOf(file)
    const held = openStream(one, begun)
    const acked = held.next()
    held.call.write(chunks[0] ?? {})
    await acked
    const acks = await send(other, begun, chunks.slice(1))
    expect(acks.map(({ outcome }) => outcome)).toEqual(chunks.slice(1).map(() => 'STORED'))
    expect(await finish(other, begun, file.data)).toMatchObject({ md5: md5Of(file.data) })
    held.call.end()
    await held.acks
    expect(await filesIn(directory)).toEqual({ 'busy.bin': md5Of(file.data) })
  })

  test('beginning again at another node sends the streams of the first off, as on one receiver', async () => {
    const [one, other] = [await nodeOf(), await nodeOf()]
    const file = source('again.bin', bytes(4 * MIB))
    const begun = await begin(one, file)
    const held = openStream(one, begun)
    const acked = held.next()
    held.call.write(chunksOf(file)[0] ?? {})
    await acked
    const again = await begin(other, file)
    expect(await refusalOf(held.acks)).toBe('ABORTED PREEMPTED')
    expect(Number(again.generation)).toBe(Number(begun.generation) + 1)
    await send(other, again, chunksOf(file))
    expect(await finish(one, again, file.data)).toMatchObject({ md5: md5Of(file.data) })
  })

  test('two nodes that finish files of one name at once keep both, and each is whole', async () => {
    const nodes = [await nodeOf(), await nodeOf()]
    const files = Array.from({ length: 12 }, (_, index) => source('same.bin', bytes(MIB + index)))
    const stored = await Promise.all(files.map((file, index) => upload(nodes[index % 2] as Client, file)))
    expect(new Set(stored.map(({ storedAs }) => storedAs)).size).toBe(12)
    const found = await filesIn(directory)
    for (const [index, { storedAs }] of stored.entries()) {
      expect(found[storedAs]).toBe(md5Of(files[index]?.data ?? Buffer.alloc(0)))
    }
  })

  test('the chunks of a plain client that come to both nodes at once make one file', async () => {
    const nodes = [await nodeOf(), await nodeOf()]
    const data = bytes(6 * MIB + 11)
    const pieces = Array.from({ length: 7 }, (_, index) => ({
      fileId: 'plain-id',
      offset: index * MIB,
      totalSize: data.length,
      data: data.subarray(index * MIB, (index + 1) * MIB),
    }))
    const halves = [pieces.filter((_, index) => index % 2 === 0), pieces.filter((_, index) => index % 2 === 1)]
    const sent = async () => Promise.allSettled(halves.map((half, index) => sendPlain(nodes[index] as Client, half)))
    for (let tries = 0; tries < 5; tries++) {
      const answers = await sent()
      if (answers.some((answer) => answer.status === 'fulfilled' && answer.value.success)) break
    }
    const integrity = await asked<{ match: boolean; serverMd5: string }>((done) =>
      (nodes[1] as Client).checkFileIntegrity({ fileId: 'plain-id', clientMd5: md5Of(data) }, done),
    )
    expect(integrity).toMatchObject({ match: true, serverMd5: md5Of(data) })
    expect(Object.values(await filesIn(directory))).toEqual([md5Of(data)])
  })

  test('a folder of another receiver is refused with a sentence, and so is a Redis that is not there', async () => {
    await nodeOf()
    const elsewhere = await mkdtemp(join(own.folder, 'other-'))
    const cluster = { redisUrl: own.redis.url }
    const starting = startReceiver({ directory: elsewhere, host: '127.0.0.1', port: 0, cluster })
    await expect(starting).rejects.toThrow(/belongs to the receiver [0-9a-f]{32}, and this one is/)
    const nowhere = { redisUrl: `redis://:secret@127.0.0.1:${await freePort()}` }
    const alone = startReceiver({ directory: elsewhere, host: '127.0.0.1', port: 0, cluster: nowhere })
    await expect(alone).rejects.toThrow(/^The Redis at redis:\/\/127\.0\.0\.1:\d+, which the receivers share, does not/)
    await expect(alone).rejects.not.toThrow('secret')
  })
})

/** Bytes that no other place in the file has. */
function bytes(count: number): Buffer {
  const data = Buffer.alloc(count)
  for (let at = 0; at + 4 <= count; at += 4) data.writeUInt32LE((at * 2_654_435_761 + count) >>> 0, at)
  return data
}

async function infoOf(client: Client) {
  const { id, runId, name } = await asked<{ id: string; runId: string; name: string }>((done) =>
    client.getReceiverInfo({}, done),
  )
  return { id, runId, name }
}
