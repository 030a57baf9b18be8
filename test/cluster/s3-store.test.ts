import { afterAll, beforeAll, describe, expect, onTestFinished } from 'vitest'
import { hasRadosgw } from '../../scripts/cluster/radosgw.ts'
import { chunkStoreConformance } from '../../server/fixtures/chunk-store-conformance.ts'
import { openS3Store, type S3Sizes } from '../../server/store/s3.ts'
import { type ObjectStore, startObjectStore } from './object-store.ts'

const MIB = 1024 ** 2
/** The smallest that S3 takes. */
const PIECE = 5 * MIB

describe.skipIf(!hasRadosgw)('an object store (needs radosgw, ceph-mon and ceph-osd)', () => {
  let objects: ObjectStore
  beforeAll(async () => {
    objects = await startObjectStore()
  })
  afterAll(() => objects?.stop())

  async function open(prefix: string, sizes: S3Sizes = { leastPieceBytes: PIECE }) {
    const config = { ...(await objects.newBucket()), prefix }
    const reopened = async () => {
      const store = await openS3Store(config, (error) => expect.unreachable(String(error)), sizes)
      onTestFinished(() => store.close())
      return store
    }
    return { config, store: await reopened(), reopened }
  }

  chunkStoreConformance('a bucket', () => open(''))
  chunkStoreConformance('a bucket below a prefix, with little memory', () =>
    open('of/box', { leastPieceBytes: PIECE, memoryBytes: 2 * PIECE }),
  )
})
