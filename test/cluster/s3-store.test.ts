import { randomBytes } from 'node:crypto'
import { describe, expect, onTestFinished, test } from 'vitest'
import { hasRadosgw } from '../../scripts/cluster/radosgw.ts'
import { chunkStoreConformance } from '../../server/fixtures/chunk-store-conformance.ts'
import { md5Of } from '../../server/fixtures/client.ts'
import { chunksOf, md5OfPart, newFileId, publicationOf, published, write } from '../../server/fixtures/parts.ts'
import { claimsInMemory } from '../../server/store/name-claims.ts'
import { openS3Store, type S3Sizes } from '../../server/store/s3/s3-store.ts'
import { chanceFor } from '../faults/run-size.ts'
import { ownObjectStore } from './object-store.ts'

const MIB = 1024 ** 2
/** The smallest that S3 takes. */
const PIECE = 5 * MIB

describe.skipIf(!hasRadosgw)('an object store (needs radosgw, ceph-mon and ceph-osd)', () => {
  const objects = ownObjectStore()

  async function open(prefix: string, sizes: S3Sizes = { leastPieceBytes: PIECE }) {
    const config = { ...(await objects.newBucket()), prefix }
    const claims = claimsInMemory()
    const reopened = async () => {
      const store = await openS3Store(config, (error) => expect.unreachable(String(error)), claims, sizes)
      onTestFinished(() => store.close())
      return store
    }
    return { config, store: await reopened(), reopened }
  }

  chunkStoreConformance('a bucket', () => open(''))
  chunkStoreConformance('a bucket below a prefix, with little memory and copies in parts', () =>
    open('of/box', { leastPieceBytes: PIECE, memoryBytes: 2 * PIECE, patienceMs: 0, copyAtOnceBytes: PIECE }),
  )

  test('many uploads at once, each in an order of its own, share memory for three pieces, and all are whole', async () => {
    const { store } = await open('', { leastPieceBytes: PIECE, memoryBytes: 3 * PIECE, patienceMs: 0 })
    const chance = chanceFor('many uploads in little memory')
    const send = async (index: number) => {
      const data = randomBytes(2 * PIECE + 1 + chance.below(2 * MIB))
      const fileId = newFileId()
      const part = await store.openPart(fileId, data.length)
      const chunks = chunksOf(data, 700_001).map((chunk) => ({ ...chunk, place: chance.next() }))
      chunks.sort((one, other) => one.place - other.place)
      // Some at the same moment, as the streams of one sender bring them.
      while (chunks.length > 0) {
        const some = chunks.splice(0, 1 + chance.below(4))
        await Promise.all(some.map((chunk) => write(part, [chunk])))
        if (chance.below(5) === 0) await part.sync({ all: chance.below(2) === 0 })
      }
      await part.sync({ all: true })
      expect(await md5OfPart(part, data.length)).toBe(md5Of(data))
      await part.close()
      const name = `${index}.bin`
      const wish = { path: [name], sizeBytes: data.length, modifiedAtMs: 0, onConflict: 'REFUSE' } as const
      await store.publish(fileId, wish, publicationOf())
      expect(await published(store, [name])).toBe(md5Of(data))
    }
    await Promise.all(Array.from({ length: 8 }, (_, index) => send(index)))
  })
})
