import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CopyObjectCommand,
  CreateMultipartUploadCommand,
  ListMultipartUploadsCommand,
  ListPartsCommand,
  UploadPartCommand,
  UploadPartCopyCommand,
} from '@aws-sdk/client-s3'
import { mapAtOnce } from './at-once.ts'
import { type Connection, undamaged } from './connection.ts'

/** A multipart upload that is not completed. */
export type OpenMultipart = { readonly key: string; readonly uploadId: string; readonly beganAtMs: number }

/** A part of a multipart upload, by its number from 1 on. */
export type ListedPart = ETagOfPart & { readonly sizeBytes: number; readonly changedAtMs: number }

export type ETagOfPart = { readonly number: number; readonly etag: string }

const COPIES_AT_ONCE = 4

/** Objects that are made of parts. Whatever it throws is a ReceiveError. */
export class Multiparts {
  readonly #connection: Connection
  readonly #copyAtOnceBytes: number

  /** @param copyAtOnceBytes the largest piece of an object that is copied in one request. */
  constructor(connection: Connection, copyAtOnceBytes: number) {
    this.#connection = connection
    this.#copyAtOnceBytes = copyAtOnceBytes
  }

  async *list(prefix: string): AsyncGenerator<OpenMultipart> {
    for (let marker = {}; ; ) {
      const command = new ListMultipartUploadsCommand({ ...this.#connection.target, Prefix: prefix, ...marker })
      const page = await this.#connection.run((client) => client.send(command))
      for (const { Key, UploadId, Initiated } of page.Uploads ?? []) {
        if (Key === undefined || UploadId === undefined) continue
        yield { key: Key, uploadId: UploadId, beganAtMs: Initiated?.getTime() ?? 0 }
      }
      if (!page.IsTruncated || page.NextKeyMarker === undefined) return
      marker = { KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker }
    }
  }

  async *listParts(key: string, uploadId: string): AsyncGenerator<ListedPart> {
    const target = { ...this.#connection.target, Key: key, UploadId: uploadId }
    for (let marker = {}; ; ) {
      const command = new ListPartsCommand({ ...target, ...marker })
      const page = await this.#connection.run((client) => client.send(command))
      for (const { PartNumber = 0, ETag = '', Size = 0, LastModified } of page.Parts ?? [])
        yield { number: PartNumber, etag: ETag, sizeBytes: Size, changedAtMs: LastModified?.getTime() ?? 0 }
      // Some stores name a marker also on the last page.
      if (!page.IsTruncated || page.NextPartNumberMarker === undefined) return
      marker = { PartNumberMarker: page.NextPartNumberMarker }
    }
  }

  /** Answers the id of the upload. */
  async create(key: string, metadata: Readonly<Record<string, string>> = {}): Promise<string> {
    const input = { ...this.#connection.target, Key: key, Metadata: { ...metadata } }
    const { UploadId = '' } = await this.#connection.run((client) =>
      client.send(new CreateMultipartUploadCommand(input)),
    )
    return UploadId
  }

  /** Answers the ETag of the part. One of the same number is replaced. */
  async put(key: string, uploadId: string, number: number, body: Buffer): Promise<string> {
    const part = { Key: key, UploadId: uploadId, PartNumber: number, ...this.#connection.contentOf(body) }
    const input = { ...this.#connection.target, ...part }
    const { ETag = '' } = await this.#connection.run((client) =>
      undamaged(() => client.send(new UploadPartCommand(input))),
    )
    return ETag
  }

  /** Makes one object of parts. Rejects also for an error that came with status 200, for which the SDK looks. */
  async complete(key: string, uploadId: string, parts: readonly ETagOfPart[]): Promise<void> {
    const Parts = parts.map(({ number, etag }) => ({ PartNumber: number, ETag: etag }))
    const input = { ...this.#connection.target, Key: key, UploadId: uploadId, MultipartUpload: { Parts } }
    await this.#connection.run((client) => client.send(new CompleteMultipartUploadCommand(input)))
  }

  /** One that is not there is success. */
  async abort(key: string, uploadId: string): Promise<void> {
    const command = new AbortMultipartUploadCommand({ ...this.#connection.target, Key: key, UploadId: uploadId })
    await this.#connection.unlessAbsent((client) => client.send(command))
  }

  /** Copies an object within the bucket, however large it is, without its bytes coming here. */
  async copy(
    from: string,
    { sizeBytes, etag }: { readonly sizeBytes: number; readonly etag: string },
    to: string,
    metadata: Readonly<Record<string, string>>,
  ): Promise<void> {
    const { target } = this.#connection
    const path = [target.Bucket, ...from.split('/')].map(encodeURIComponent).join('/')
    const source = { CopySource: path, CopySourceIfMatch: etag }
    if (sizeBytes <= this.#copyAtOnceBytes) {
      const how = { Metadata: { ...metadata }, MetadataDirective: 'REPLACE' } as const
      const command = new CopyObjectCommand({ ...target, Key: to, ...source, ...how })
      await this.#connection.run((client) => client.send(command))
      return
    }
    const uploadId = await this.create(to, metadata)
    try {
      const count = Math.ceil(sizeBytes / this.#copyAtOnceBytes)
      const numbers = Array.from({ length: count }, (_, index) => index + 1)
      const copied = await mapAtOnce(numbers, COPIES_AT_ONCE, async (number) => {
        const start = (number - 1) * this.#copyAtOnceBytes
        const range = `bytes=${start}-${Math.min(start + this.#copyAtOnceBytes, sizeBytes) - 1}`
        const part = { Key: to, UploadId: uploadId, PartNumber: number, CopySourceRange: range }
        const command = new UploadPartCopyCommand({ ...target, ...part, ...source })
        const { CopyPartResult } = await this.#connection.run((client) => client.send(command))
        return { number, etag: CopyPartResult?.ETag ?? '' }
      })
      await this.complete(to, uploadId, copied)
    } catch (error) {
      await this.abort(to, uploadId).catch(() => 'told by the first error')
      throw error
    }
  }
}
