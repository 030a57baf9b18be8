import { randomBytes } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { bucketFlags, filesInBucket } from '../../scripts/cluster/bucket.ts'
import { hasRadosgw } from '../../scripts/cluster/radosgw.ts'
import { md5Of } from '../../server/fixtures/client.ts'
import { newFileId, publicationOf, published } from '../../server/fixtures/parts.ts'
import type { Intent } from '../../server/store/publication.ts'
import { setScene as setFolders } from '../faults/scene.ts'
import { buildOutputs } from '../support/build.ts'
import { longshoreReceive } from '../support/longshore-process.ts'
import { ownObjectStore } from './object-store.ts'
import { setS3Scene } from './s3-scene.ts'

beforeAll(() => buildOutputs(['cli']))

describe.skipIf(!hasRadosgw)('small files in a bucket (needs radosgw, ceph-mon and ceph-osd)', () => {
  const objects = ownObjectStore()
  const setScene = () => setS3Scene(objects)

  test('a small file is written at once, in few requests, under a name that is free, and leaves nothing where it is not', async () => {
    const { open, proxy } = await setScene()
    const store = await open()
    const data = randomBytes(1000)
    const wish = { path: ['s', 'a.bin'], sizeBytes: 1000, modifiedAtMs: 1, onConflict: 'KEEP_BOTH' } as const
    const putSmallFile = (fileId: string) => store.directSmallFiles?.putSmallFile(fileId, wish, data, publicationOf())
    const before = proxy.requests.length
    expect(await putSmallFile(newFileId())).toEqual(wish.path)
    expect(proxy.requests.length - before).toBe(1)
    expect(await published(store, wish.path)).toBe(md5Of(data))
    expect(await putSmallFile(newFileId())).toBeUndefined()
    // The name is nobody's claim: what is larger gets the next one.
    const fileId = newFileId()
    const part = await store.openPart(fileId, 3)
    await part.write(Buffer.from('abc'), 0 as never)
    await part.sync({ all: true })
    await part.close()
    expect(await store.publish(fileId, { ...wish, sizeBytes: 3 }, publicationOf())).toEqual(['s', 'a (2).bin'])
  })

  test('a small file that is there, and whose answer is lost, is known for what it is', async () => {
    const { open, proxy } = await setScene()
    const store = await open()
    const data = randomBytes(1000)
    const wish = { path: ['b.bin'], sizeBytes: 1000, modifiedAtMs: 1, onConflict: 'REFUSE' } as const
    let cuts = 0
    const isFinal = (method: string, url: string) => method === 'PUT' && /\/b\.bin\?/.test(url)
    proxy.fault(({ method, url }) => (isFinal(method, url) && cuts++ === 0 ? { kind: 'cut', after: true } : undefined))
    expect(await store.directSmallFiles?.putSmallFile(newFileId(), wish, data, publicationOf())).toEqual(['b.bin'])
    expect(cuts).toBe(2)

    // The store is gone in the middle: nothing is there, and whoever settles it knows.
    const fileId = newFileId()
    const other = { ...wish, path: ['c.bin'] }
    let intent: Intent | undefined
    proxy.fault(({ method, url }) =>
      method === 'PUT' && /\/c\.bin\?/.test(url) ? { kind: 'cut', after: false } : undefined,
    )
    await expect(
      store.directSmallFiles?.putSmallFile(
        fileId,
        other,
        data,
        publicationOf(async (announced) => {
          intent = announced
        }),
      ),
    ).rejects.toMatchObject({ code: 'STATE_UNREACHABLE' })
    proxy.fault(() => undefined)
    expect(intent && (await store.settle(fileId, intent, async () => undefined))).toBe('lost')
    expect(await store.directSmallFiles?.putSmallFile(newFileId(), other, data, publicationOf())).toEqual(['c.bin'])
  })

  test('a folder of them arrives, also where names are taken, and costs two requests a file at most', async () => {
    const { config, proxy } = await setScene()
    const scene = setFolders()
    const { port } = await longshoreReceive(scene.box, { flags: bucketFlags(config) })
    const count = 100
    mkdirSync(join(scene.laptop, 'photos'))
    for (let index = 0; index < count; index++) scene.addSource(`photos/${index}.jpg`, 1000 + 300 * index)
    const send = async (state: string) => {
      const before = proxy.requests.length
      const sender = scene.send([join(scene.laptop, 'photos')], port, { state: join(scene.state, state) })
      expect(await sender.ended(), sender.errors()).toBe(0)
      return proxy.requests.length - before
    }
    expect(await send('once')).toBeLessThanOrEqual(2 * count)
    const once = Object.fromEntries(scene.sources)
    expect(await filesInBucket(config)).toEqual(once)
    await send('again')
    const again = [...scene.sources].map(([name, sha256]) => [name.replace('.jpg', ' (2).jpg'), sha256])
    expect(await filesInBucket(config)).toEqual({ ...once, ...Object.fromEntries(again) })
  })
})
