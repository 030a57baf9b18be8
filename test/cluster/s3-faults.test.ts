import { randomBytes } from 'node:crypto'
import { S3Client, UploadPartCommand } from '@aws-sdk/client-s3'
import { describe, expect, test } from 'vitest'
import { hasRadosgw } from '../../scripts/cluster/radosgw.ts'
import { md5Of } from '../../server/fixtures/client.ts'
import { chunksOf, md5OfPart, newFileId, publicationOf, published, write } from '../../server/fixtures/parts.ts'
import type { ChunkStore } from '../../server/store/chunk-store.ts'
import { claimsInMemory } from '../../server/store/name-claims.ts'
import type { S3Config } from '../../server/store/s3/config.ts'
import { openS3Store } from '../../server/store/s3/s3-store.ts'
import { type Fault, s3Error } from './fault-proxy.ts'
import { ownObjectStore } from './object-store.ts'
import { PIECE, setS3Scene } from './s3-scene.ts'

const MIB = 1024 ** 2
/** Three pieces. */
const SIZE = 13 * MIB + 7

const isPart = (url: string) => /partNumber=\d/.test(url)
const isComplete = (method: string, url: string) => method === 'POST' && /uploadId=/.test(url)

describe.skipIf(!hasRadosgw)('an object store that fails (needs radosgw, ceph-mon and ceph-osd)', () => {
  const objects = ownObjectStore()

  const setScene = () => setS3Scene(objects)

  async function putAll(store: ChunkStore, data: Buffer, fileId = newFileId()): Promise<string> {
    const part = await store.openPart(fileId, data.length)
    try {
      await write(
        part,
        chunksOf(data, MIB).filter(
          ({ offset, data: bytes }) => part.keeps({ start: offset, end: offset + bytes.length }) === 'gone',
        ),
      )
      await part.sync({ all: true })
      expect(await md5OfPart(part, data.length)).toBe(md5Of(data))
    } finally {
      await part.close()
    }
    await store.publish(
      fileId,
      { path: ['a.bin'], sizeBytes: data.length, modifiedAtMs: 0, onConflict: 'REFUSE' },
      publicationOf(),
    )
    expect(await published(store, ['a.bin'])).toBe(md5Of(data))
    return fileId
  }

  test.each<[string, Fault]>([
    ['says that it is overloaded', { kind: 'answer', status: 503, body: s3Error('SlowDown') }],
    ['fails inside', { kind: 'answer', status: 500, body: s3Error('InternalError') }],
    ['is cut off before it does anything', { kind: 'cut', after: false }],
  ])('[F16] every fourth request %s: all arrives', async (_, fault) => {
    const { open, proxy } = await setScene()
    const store = await open()
    proxy.fault(({ index }) => (index % 4 === 0 ? fault : undefined))
    await putAll(store, randomBytes(SIZE))
  })

  test('[F16] bytes that are damaged on the way to the store are noticed there and sent again', async () => {
    const { open, proxy } = await setScene()
    const store = await open()
    let damaged = 0
    proxy.fault(({ method, url }) =>
      method === 'PUT' && isPart(url) && damaged++ % 2 === 0 ? { kind: 'damage' } : undefined,
    )
    await putAll(store, randomBytes(SIZE))
    expect(damaged).toBeGreaterThanOrEqual(6)
  })

  test('[F16] an error that comes with status 200 is one, and what follows it is right', async () => {
    const { open, proxy } = await setScene()
    const store = await open()
    let completions = 0
    const error: Fault = { kind: 'answer', status: 200, body: s3Error('InternalError') }
    proxy.fault(({ method, url }) => (isComplete(method, url) && completions++ < 2 ? error : undefined))
    await putAll(store, randomBytes(SIZE))
    expect(completions).toBeGreaterThan(2)
  })

  test('[F16] a store that puts the pieces together, and whose answer is lost, is believed for what it has', async () => {
    const { open, proxy } = await setScene()
    const store = await open()
    proxy.fault(({ method, url }) => (isComplete(method, url) ? { kind: 'cut', after: true } : undefined))
    await putAll(store, randomBytes(SIZE))
  })

  test('[F16] a store that is gone for a while loses nothing that was durable, and says what it is that does not answer', async () => {
    const { open, proxy } = await setScene()
    const store = await open()
    const data = randomBytes(SIZE)
    const fileId = newFileId()
    const part = await store.openPart(fileId, SIZE)
    await write(part, chunksOf(data, MIB).slice(0, 7))
    const durable = await part.sync({ all: true })
    expect(durable).toEqual([{ start: 0, end: 7 * MIB }])
    proxy.fault(() => ({ kind: 'cut', after: false }))
    const failing = async () => {
      await write(part, chunksOf(data, MIB).slice(7))
      await part.sync({ all: true })
    }
    await expect(failing()).rejects.toMatchObject({ code: 'STATE_UNREACHABLE' })
    await part.close()
    proxy.fault(() => undefined)
    const before = proxy.requests.length
    await putAll(await open(), data, fileId)
    // The first piece is not sent again.
    expect(proxy.requests.slice(before).filter((line) => /^PUT .*partNumber=1&/.test(line))).toEqual([])
  })

  test('[F16] a store that takes requests and says nothing is given up, and one that is silent once is asked again', async () => {
    const { open, proxy } = await setScene()
    const store = await open({ silenceMs: 1_000 })
    let silences = 0
    proxy.fault(({ method, url }) =>
      method === 'PUT' && isPart(url) && silences++ === 0 ? { kind: 'hang' } : undefined,
    )
    await putAll(store, randomBytes(SIZE))
    expect(silences).toBe(4)
    proxy.fault(() => ({ kind: 'hang' }))
    await expect(store.openPart(newFileId(), SIZE)).rejects.toMatchObject({ code: 'STATE_UNREACHABLE' })
  })

  test('slow parts hold back whoever sends, and nothing is put twice', async () => {
    const { open, proxy } = await setScene()
    const store = await open()
    proxy.fault(({ url }) => (isPart(url) ? { kind: 'slow', ms: 500 } : undefined))
    await putAll(store, randomBytes(8 * PIECE))
    expect(proxy.requests.filter((line) => line.startsWith('PUT') && isPart(line))).toHaveLength(8)
  })

  test('the digest goes on at another node; only what came out of order is read again', async () => {
    const { open, proxy } = await setScene()
    const data = randomBytes(SIZE)
    const chunks = chunksOf(data, MIB)
    const readBack = () => proxy.requests.filter((line) => /^GET .*\/whole\?x-id=GetObject/.test(line)).length
    const halfway = async (order: typeof chunks) => {
      const fileId = newFileId()
      const part = await (await open()).openPart(fileId, SIZE)
      await write(part, order)
      await part.sync({ all: true })
      await part.close()
      return fileId
    }
    // Two pieces are whole, and their digest is kept with them.
    const inOrder = await halfway(chunks.slice(0, 10))
    const part = await (await open()).openPart(inOrder, SIZE)
    await write(part, chunks.slice(10))
    await part.sync({ all: true })
    expect(await md5OfPart(part, SIZE)).toBe(md5Of(data))
    await part.close()
    expect(readBack()).toBe(0)

    const fromTheEnd = await halfway(chunks.slice(5))
    const other = await (await open()).openPart(fromTheEnd, SIZE)
    await write(other, chunks.slice(0, 5))
    await other.sync({ all: true })
    expect(await md5OfPart(other, SIZE)).toBe(md5Of(data))
    await other.close()
    expect(readBack()).toBeGreaterThan(0)
  })

  test('[F16] a piece that somebody else put meanwhile is not taken for the one that was', async () => {
    const { config, open, proxy } = await setScene()
    const store = await open()
    const fileId = newFileId()
    const part = await store.openPart(fileId, SIZE)
    await write(part, chunksOf(randomBytes(SIZE), MIB))
    await part.sync({ all: true })
    const [, key, uploadId] = /^PUT \/[^/]+\/(.*)\?.*uploadId=([^&]+)/.exec(proxy.requests.find(isPart) ?? '') ?? []
    const client = new S3Client({ endpoint: objects.endpoint, region: 'us-east-1', forcePathStyle: true })
    const other = { Bucket: config.bucket, Key: key, UploadId: decodeURIComponent(uploadId ?? ''), PartNumber: 1 }
    await client.send(new UploadPartCommand({ ...other, Body: randomBytes(PIECE) }))
    client.destroy()
    await expect(md5OfPart(part, SIZE)).rejects.toMatchObject({ code: 'STORAGE_LOST_DATA' })
    await part.close()
    await store.discardPart(fileId)
    await putAll(store, randomBytes(SIZE), fileId)
  })

  test('what cannot work is said in one sentence when the store is opened', async () => {
    const { config } = await setScene()
    const open = (more: Partial<S3Config>) => openS3Store({ ...config, ...more }, () => undefined, claimsInMemory())
    await expect(open({ bucket: 'no-such-bucket' })).rejects.toMatchObject({
      code: 'STORAGE_NOT_WRITABLE',
      message: 'The object store has no bucket "no-such-bucket".',
    })
    await expect(open({ endpoint: 'http://127.0.0.1:1' })).rejects.toMatchObject({ code: 'STATE_UNREACHABLE' })
    const { AWS_SECRET_ACCESS_KEY } = process.env
    process.env.AWS_SECRET_ACCESS_KEY = 'another'
    await expect(open({})).rejects.toMatchObject({
      code: 'STORAGE_NOT_WRITABLE',
      message: `The object store refuses "${config.bucket}": SignatureDoesNotMatch.`,
    })
    process.env.AWS_SECRET_ACCESS_KEY = AWS_SECRET_ACCESS_KEY
  })

  test('a path that is too long for a key is refused, and nothing of the upload is lost', async () => {
    const { open } = await setScene()
    const store = await open()
    const fileId = newFileId()
    const part = await store.openPart(fileId, 3)
    await part.write(Buffer.from('abc'), 0 as never)
    await part.sync({ all: true })
    await part.close()
    const wish = {
      path: Array.from({ length: 6 }, () => 'x'.repeat(200)),
      sizeBytes: 3,
      modifiedAtMs: 0,
      onConflict: 'REFUSE',
    } as const
    await expect(store.publish(fileId, wish, publicationOf())).rejects.toMatchObject({ code: 'BAD_NAME' })
    expect(await store.publish(fileId, { ...wish, path: ['x'] }, publicationOf())).toEqual(['x'])
  })
})
