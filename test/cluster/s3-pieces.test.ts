import { randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { hasRadosgw } from '../../scripts/cluster/radosgw.ts'
import { md5Of } from '../../server/fixtures/client.ts'
import { chunksOf, md5OfPart, newFileId, write } from '../../server/fixtures/parts.ts'
import type { ChunkStore } from '../../server/store/chunk-store.ts'
import { ownObjectStore } from './object-store.ts'
import { PIECE, setS3Scene } from './s3-scene.ts'

const MIB = 1024 ** 2
/** Longer than any test. */
const FOR_EVER_MS = 1e9

const isPart = (line: string) => /^PUT .*partNumber=\d/.test(line)
const isFragment = (line: string) => /^PUT .*\/fragments\//.test(line)

describe.skipIf(!hasRadosgw)('pieces on their way to a bucket (needs radosgw, ceph-mon and ceph-osd)', () => {
  const objects = ownObjectStore()

  /** Stores a file in chunks of so many bytes, and answers its MD5 as the store has it. */
  async function put(store: ChunkStore, data: Buffer, chunkBytes: number): Promise<string> {
    const part = await store.openPart(newFileId(), data.length)
    await write(part, chunksOf(data, chunkBytes))
    await part.sync({ all: true })
    const md5 = await md5OfPart(part, data.length)
    await part.close()
    return md5
  }

  test('a piece is in the bucket as soon as it is full, and connections are used again', async () => {
    const { open, proxy } = await setS3Scene(objects)
    const store = await open()
    const data = randomBytes(8 * PIECE)
    const part = await store.openPart(newFileId(), data.length)
    const chunks = chunksOf(data, MIB)
    await write(part, chunks.slice(0, 7))
    await expect.poll(() => proxy.requests.filter(isPart)).toHaveLength(1)
    const before = proxy.connections()
    await write(part, chunks.slice(7))
    await part.sync({ all: true })
    expect(await md5OfPart(part, data.length)).toBe(md5Of(data))
    await part.close()
    expect(proxy.requests.filter(isPart)).toHaveLength(8)
    expect(proxy.connections() - before).toBeLessThan(5)
  })

  test('[F16] a store that takes nothing holds back whoever sends when memory is used up, and then fails', async () => {
    const { open, proxy } = await setS3Scene(objects)
    const store = await open({ memoryBytes: 3 * PIECE, patienceMs: FOR_EVER_MS, silenceMs: 1_000 })
    const data = randomBytes(10 * PIECE)
    const part = await store.openPart(newFileId(), data.length)
    proxy.fault(({ method, url }) => (isPart(`${method} ${url}`) ? { kind: 'hang' } : undefined))
    let taken = 0
    const writing = (async () => {
      for (const chunk of chunksOf(data, MIB)) {
        await write(part, [chunk])
        taken++
      }
    })()
    writing.catch(() => 'expected below')
    await expect.poll(() => taken).toBe((3 * PIECE) / MIB)
    await delay(100)
    expect(taken).toBe((3 * PIECE) / MIB)
    await expect(writing).rejects.toMatchObject({ code: 'STATE_UNREACHABLE' })
    await part.close()
    // Its memory is there for others.
    proxy.fault(() => undefined)
    expect(await put(store, data, MIB)).toBe(md5Of(data))
  })

  test('chunks that reach from one piece into the next need no memory that only they could free', async () => {
    const { open, proxy } = await setS3Scene(objects)
    const store = await open({ memoryBytes: PIECE, patienceMs: FOR_EVER_MS })
    const files = Array.from({ length: 3 }, () => randomBytes(3 * PIECE + 17))
    const stored = await Promise.all(files.map((data) => put(store, data, 700_001)))
    expect(stored).toEqual(files.map(md5Of))
    expect(proxy.requests.filter(isFragment)).toEqual([])
  })

  test('an upload that rests gives way to one that goes on, and goes on itself later', async () => {
    const { open, proxy } = await setS3Scene(objects)
    const store = await open({ memoryBytes: PIECE, patienceMs: 50 })
    const [resting, going] = [randomBytes(2 * PIECE), randomBytes(2 * PIECE)]
    const part = await store.openPart(newFileId(), resting.length)
    const chunks = chunksOf(resting, MIB)
    await write(part, chunks.slice(0, 3))
    expect(await put(store, going, MIB)).toBe(md5Of(going))
    expect(proxy.requests.filter(isFragment)).toHaveLength(1)
    await write(part, chunks.slice(3))
    await part.sync({ all: true })
    expect(await md5OfPart(part, resting.length)).toBe(md5Of(resting))
    await part.close()
  })

  test.each([
    ['compares the SHA-256 that is signed: no other digest is sent', true],
    ['does not look at it: Content-MD5 is sent', false],
  ])('[F16] a store that %s, and bytes that are damaged on the way are noticed', async (_, compares) => {
    const { open, proxy } = await setS3Scene(objects)
    const isProbe = (url: string) => /\/probe-/.test(url)
    let probes = 0
    proxy.fault(({ url }) =>
      isProbe(url) && probes++ === 0 && !compares ? { kind: 'answer', status: 200, body: '' } : undefined,
    )
    const store = await open()
    const sent: (string | undefined)[] = []
    proxy.fault(({ method, url, headers }) => {
      if (!isPart(`${method} ${url}`)) return undefined
      sent.push(headers['content-md5'] as string | undefined)
      return sent.length === 1 ? { kind: 'damage' } : undefined
    })
    const data = randomBytes(2 * PIECE)
    expect(await put(store, data, MIB)).toBe(md5Of(data))
    expect(sent).toHaveLength(3)
    expect(sent.every((md5) => (md5 === undefined) === compares)).toBe(true)
  })
})
