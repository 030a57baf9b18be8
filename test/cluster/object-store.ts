import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { CreateBucketCommand, GetObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3'
import { freePort } from '../../bench/free-port.ts'
import { type RunningRadosgw, startRadosgw } from '../../scripts/cluster/radosgw.ts'
import { silenceSdkWarning } from '../../server/environment.ts'
import type { S3Config } from '../../server/store/s3/config.ts'

/** A real object store for the tests of one file. */
export type ObjectStore = {
  readonly endpoint: string
  readonly credentials: RunningRadosgw['credentials']
  /** A bucket that nobody else uses. */
  newBucket(): Promise<S3Config & { readonly endpoint: string }>
  stop(): Promise<void>
}

export async function startObjectStore(): Promise<ObjectStore> {
  const folder = await mkdtemp(join(tmpdir(), 'rgw-'))
  const radosgw = await startRadosgw(folder, { gateway: await freePort(), monitor: await freePort() })
  const { endpoint, credentials } = radosgw
  // Where the SDK looks, in this process and those it starts.
  Object.assign(process.env, credentials)
  silenceSdkWarning()
  return {
    endpoint,
    credentials,
    async newBucket() {
      const bucket = `box-${randomBytes(6).toString('hex')}`
      const client = new S3Client({ endpoint, region: 'us-east-1', forcePathStyle: true })
      await client.send(new CreateBucketCommand({ Bucket: bucket }))
      client.destroy()
      return { bucket, endpoint, pathStyle: true }
    },
    async stop() {
      await radosgw.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** SHA-256 of every object that is no state of a receiver, by its key. Asked with nothing of ours between. */
export async function filesInBucket({ bucket, endpoint = '' }: S3Config): Promise<Record<string, string>> {
  const client = new S3Client({ endpoint, region: 'us-east-1', forcePathStyle: true })
  const files: Record<string, string> = {}
  try {
    for (let token: string | undefined, isMore = true; isMore; ) {
      const page = await client.send(new ListObjectsV2Command({ Bucket: bucket, ContinuationToken: token }))
      for (const { Key = '' } of page.Contents ?? []) {
        if (Key.startsWith('.longshore/')) continue
        const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key }))
        const hash = createHash('sha256')
        for await (const block of Body as Readable) hash.update(block)
        files[Key] = hash.digest('hex')
      }
      token = page.NextContinuationToken
      isMore = page.IsTruncated === true
    }
    return files
  } finally {
    client.destroy()
  }
}
