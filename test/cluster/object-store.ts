import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, onTestFinished } from 'vitest'
import { freePort } from '../../bench/run/free-port.ts'
import { emptyBucket, makeBucket, type TestBucket } from '../../scripts/cluster/bucket.ts'
import { startRadosgw } from '../../scripts/cluster/radosgw.ts'

/** A real object store for the tests of one file. */
export type ObjectStore = {
  readonly endpoint: string
  /** A bucket that nobody else uses, for the test that runs. */
  newBucket(): Promise<TestBucket>
  stop(): Promise<void>
}

/** One for all tests of the block that it is called in, which ends with them. */
export function ownObjectStore(): Pick<ObjectStore, 'endpoint' | 'newBucket'> {
  let store: ObjectStore | undefined
  const started = (): ObjectStore => {
    if (store === undefined) throw new Error('The object store runs while tests do.')
    return store
  }
  beforeAll(async () => {
    store = await startObjectStore()
  })
  afterAll(() => store?.stop())
  return {
    get endpoint() {
      return started().endpoint
    },
    newBucket: () => started().newBucket(),
  }
}

async function startObjectStore(): Promise<ObjectStore> {
  const folder = await mkdtemp(join(tmpdir(), 'rgw-'))
  const radosgw = await startRadosgw(folder, { gateway: await freePort(), monitor: await freePort() })
  // Where the SDK looks, in this process and those it starts.
  Object.assign(process.env, radosgw.credentials)
  return {
    endpoint: radosgw.endpoint,
    async newBucket() {
      const bucket = await makeBucket(radosgw, `box-${randomBytes(6).toString('hex')}`)
      onTestFinished(() => emptyBucket(bucket))
      return bucket
    },
    async stop() {
      await radosgw.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}
