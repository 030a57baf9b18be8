import { expect, onTestFinished } from 'vitest'
import type { TestBucket } from '../../scripts/cluster/bucket.ts'
import { claimsInMemory } from '../../server/store/name-claims.ts'
import { openS3Store, type S3Sizes } from '../../server/store/s3/s3-store.ts'
import { type FaultProxy, startFaultProxy } from './fault-proxy.ts'
import type { ObjectStore } from './object-store.ts'

/** The smallest that S3 takes, bytes. */
export const PIECE = 5 * 1024 ** 2

/** A bucket of a store, with a proxy between it and whoever uses it. */
export async function setS3Scene(objects: Pick<ObjectStore, 'endpoint' | 'newBucket'>) {
  const proxy: FaultProxy = await startFaultProxy(objects.endpoint)
  const config: TestBucket = { ...(await objects.newBucket()), endpoint: proxy.endpoint }
  const claims = claimsInMemory()
  return {
    config,
    proxy,
    async open(sizes: S3Sizes = {}) {
      const onUnexpected = (error: unknown) => expect.unreachable(String(error))
      const store = await openS3Store(config, onUnexpected, claims, { leastPieceBytes: PIECE, ...sizes })
      onTestFinished(() => store.close())
      return store
    },
  }
}
