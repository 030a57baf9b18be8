/**
 * Puts a file into a bucket with the SDK and nothing of ours: parts of 8 MiB, four at a time, each with its
 * Content-MD5. Arguments: file, endpoint, bucket.
 */
import { createHash } from 'node:crypto'
import { open } from 'node:fs/promises'
import { basename } from 'node:path'
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import { silenceSdkWarning } from '../../server/store/s3/sdk-warning.ts'

const PART_BYTES = 8 * 1024 ** 2
const AT_ONCE = 4

silenceSdkWarning()
const [path = '', endpoint = '', Bucket = ''] = process.argv.slice(2)
const client = new S3Client({
  endpoint,
  region: 'us-east-1',
  forcePathStyle: true,
  requestChecksumCalculation: 'WHEN_REQUIRED',
})
const file = await open(path)
const { size } = await file.stat()
const Key = basename(path)
const { UploadId } = await client.send(new CreateMultipartUploadCommand({ Bucket, Key }))
const Parts: { PartNumber: number; ETag: string | undefined }[] = []
let next = 0
async function putSome(): Promise<void> {
  for (let part = next++; part * PART_BYTES < size; part = next++) {
    const length = Math.min(PART_BYTES, size - part * PART_BYTES)
    const { buffer: Body } = await file.read(Buffer.allocUnsafe(length), 0, length, part * PART_BYTES)
    const ContentMD5 = createHash('md5').update(Body).digest('base64')
    const input = { Bucket, Key, UploadId, PartNumber: part + 1, Body, ContentMD5 }
    const { ETag } = await client.send(new UploadPartCommand(input))
    Parts.push({ PartNumber: part + 1, ETag })
  }
}
await Promise.all(Array.from({ length: AT_ONCE }, putSome))
Parts.sort((one, other) => one.PartNumber - other.PartNumber)
await client.send(new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts } }))
await file.close()
