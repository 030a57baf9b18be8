import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from '@aws-sdk/client-s3'
import type { Range } from '../../bytes/range-set.ts'
import type { S3Config } from './config.ts'
import { Connection, unbroken, undamaged } from './connection.ts'
import { statusOf } from './errors.ts'
import { Multiparts } from './multiparts.ts'

/** What is known of an object without reading it. */
export type ObjectFacts = {
  readonly sizeBytes: number
  /** The ETag: what the store calls this content. On most stores it is the MD5 when the object was written at once. */
  readonly etag: string
  readonly metadata: Readonly<Record<string, string>>
  /** Milliseconds since 1970, in whole seconds. */
  readonly changedAtMs: number
}

/** An object as a listing has it. */
export type Listed = {
  readonly key: string
  readonly sizeBytes: number
  readonly etag: string
  readonly changedAtMs: number
}

/** The objects of one bucket. Whatever it throws is a ReceiveError; keys are whole, with any prefix. */
export class Bucket {
  readonly multiparts: Multiparts
  readonly #connection: Connection

  /** @param options see {@link Multiparts} and {@link Connection}. */
  constructor(
    config: S3Config,
    { copyAtOnceBytes, silenceMs }: { readonly copyAtOnceBytes: number; readonly silenceMs: number },
  ) {
    this.#connection = new Connection(config, silenceMs)
    this.multiparts = new Multiparts(this.#connection, copyAtOnceBytes)
  }

  /**
   * Writes an object at once. Answers its ETag; undefined when `ifAbsent` is asked for and there is one of that key.
   */
  async put(key: string, body: Buffer, { ifAbsent = false, metadata = {} } = {}): Promise<string | undefined> {
    const { client, target } = this.#connection
    const content = { Key: key, ...this.#connection.contentOf(body), Metadata: metadata }
    const input = { ...target, ...content, ...(ifAbsent && { IfNoneMatch: '*' }) }
    try {
      const { ETag } = await undamaged(() => client.send(new PutObjectCommand(input)))
      return ETag ?? ''
    } catch (error) {
      if (ifAbsent && (statusOf(error) === 412 || statusOf(error) === 409)) return undefined
      throw this.#connection.translated(error)
    }
  }

  /** See {@link Connection.trySha256}. */
  trySha256(key: string): Promise<void> {
    return this.#connection.trySha256(key)
  }

  /** Undefined when there is no such object. */
  async head(key: string): Promise<ObjectFacts | undefined> {
    const command = new HeadObjectCommand({ ...this.#connection.target, Key: key })
    const found = await this.#connection.unlessAbsent((client) => client.send(command))
    if (found === undefined) return undefined
    const { ContentLength = 0, ETag = '', Metadata = {}, LastModified } = found
    return { sizeBytes: ContentLength, etag: ETag, metadata: Metadata, changedAtMs: LastModified?.getTime() ?? 0 }
  }

  /** The bytes of a range, or all; undefined when there is no such object. Held in memory, so ask for little. */
  async get(key: string, range?: Range): Promise<Buffer | undefined> {
    if (range !== undefined && range.start >= range.end) return Buffer.alloc(0)
    const some = range && { Range: `bytes=${range.start}-${range.end - 1}` }
    const command = new GetObjectCommand({ ...this.#connection.target, Key: key, ...some })
    return this.#connection.unlessAbsent((client) =>
      unbroken(async () => {
        const { Body, ContentLength } = await client.send(command)
        const bytes = Buffer.from((await Body?.transformToByteArray()) ?? [])
        if (ContentLength !== undefined && bytes.length !== ContentLength) throw new Error('An answer broke off.')
        return bytes
      }),
    )
  }

  /** An object that is not there is success. */
  async delete(key: string): Promise<void> {
    const command = new DeleteObjectCommand({ ...this.#connection.target, Key: key })
    await this.#connection.unlessAbsent((client) => client.send(command))
  }

  async *list(prefix: string): AsyncGenerator<Listed> {
    for await (const { Contents } of this.#pages({ Prefix: prefix })) {
      for (const { Key = '', Size = 0, ETag = '', LastModified } of Contents ?? [])
        yield { key: Key, sizeBytes: Size, etag: ETag, changedAtMs: LastModified?.getTime() ?? 0 }
    }
  }

  /** What stands between the prefix and the next slash, each once. */
  async *listFolders(prefix: string): AsyncGenerator<string> {
    for await (const { CommonPrefixes } of this.#pages({ Prefix: prefix, Delimiter: '/' }))
      for (const { Prefix } of CommonPrefixes ?? []) if (Prefix) yield Prefix.slice(prefix.length, -1)
  }

  close(): void {
    this.#connection.client.destroy()
  }

  async *#pages(what: { readonly Prefix: string; readonly Delimiter?: string }) {
    for (let marker = {}; ; ) {
      const command = new ListObjectsV2Command({ ...this.#connection.target, ...what, ...marker })
      const page = await this.#connection.run((client) => client.send(command))
      yield page
      if (!page.IsTruncated || page.NextContinuationToken === undefined) return
      marker = { ContinuationToken: page.NextContinuationToken }
    }
  }
}
