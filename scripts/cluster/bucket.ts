import { createHash } from 'node:crypto'
import type { Readable } from 'node:stream'
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  S3Client,
} from '@aws-sdk/client-s3'
import type { S3Config } from '../../server/store/s3/config.ts'
import { silenceSdkWarning } from '../../server/store/s3/sdk-warning.ts'
import type { RunningRadosgw } from './radosgw.ts'

/** A bucket of an object store that {@link RunningRadosgw} runs, and who may use it. */
export type TestBucket = S3Config & {
  readonly endpoint: string
  readonly credentials: RunningRadosgw['credentials']
}

/** @param name of the bucket, which there is not yet. */
export async function makeBucket({ endpoint, credentials }: RunningRadosgw, name: string): Promise<TestBucket> {
  const bucket = { bucket: name, endpoint, credentials, pathStyle: true }
  await using(bucket, (client) => client.send(new CreateBucketCommand({ Bucket: name })))
  return bucket
}

/** The flags of a receiver that puts files there. */
export function bucketFlags({ bucket, endpoint }: TestBucket): string[] {
  return ['--s3-bucket', bucket, '--s3-endpoint', endpoint, '--s3-path-style']
}

/** SHA-256 of every object that is no state of a receiver, by its key. Asked with nothing of ours between. */
export async function filesInBucket(where: TestBucket): Promise<Record<string, string>> {
  const files: Record<string, string> = {}
  await using(where, async (client) => {
    for await (const Key of keysIn(client, where.bucket)) {
      if (Key.split('/').includes('.longshore')) continue
      const { Body } = await client.send(new GetObjectCommand({ Bucket: where.bucket, Key }))
      const hash = createHash('sha256')
      for await (const block of Body as Readable) hash.update(block)
      files[Key] = hash.digest('hex')
    }
  })
  return files
}

/** Deletes everything in a bucket: the store has little room, and one that is full lets whoever writes wait. */
export async function emptyBucket(where: TestBucket): Promise<void> {
  await using(where, async (client) => {
    for await (const Key of keysIn(client, where.bucket))
      await client.send(new DeleteObjectCommand({ Bucket: where.bucket, Key }))
  })
}

async function* keysIn(client: S3Client, Bucket: string): AsyncGenerator<string> {
  for (let token: string | undefined, isMore = true; isMore; ) {
    const page = await client.send(new ListObjectsV2Command({ Bucket, ContinuationToken: token }))
    for (const { Key } of page.Contents ?? []) if (Key !== undefined) yield Key
    token = page.NextContinuationToken
    isMore = page.IsTruncated === true
  }
}

async function using<T>({ endpoint, credentials }: TestBucket, task: (client: S3Client) => Promise<T>): Promise<T> {
  silenceSdkWarning()
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = credentials
  const client = new S3Client({
    endpoint,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: { accessKeyId, secretAccessKey },
  })
  try {
    return await task(client)
  } finally {
    client.destroy()
  }
}
