import { createHash } from 'node:crypto'
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import type { S3Config } from './config.ts'
import { isDamage, isS3Error, statusOf, toS3Error } from './errors.ts'
import { silenceSdkWarning } from './sdk-warning.ts'

/** Bytes that were damaged on the way are sent so many times. */
const TRIES = 3
/** A request is tried so many times by the SDK, with pauses that grow to some seconds. */
const ATTEMPTS = 5
const CONNECT_WITHIN_MS = 3_000
/**
 * A part may take this long on a slow network, also because other requests go first; a request that moves is not given
 * up before, ms.
 */
const REQUEST_WITHIN_MS = 600_000
const MOST_CONNECTIONS = 64

/** Of no bytes at all. */
const EMPTY_SHA256 = createHash('sha256').digest('hex')

const quiet = { debug() {}, info() {}, warn() {}, error() {} }

/** The way to one bucket. What it throws is a ReceiveError. */
export class Connection {
  readonly client: S3Client
  /** For every request. */
  readonly target: { readonly Bucket: string }
  #comparesSha256 = false

  /** @param silenceMs a store that is silent for so long does not answer. */
  constructor({ bucket, endpoint, region, pathStyle = false }: S3Config, silenceMs: number) {
    silenceSdkWarning()
    this.target = { Bucket: bucket }
    const agent = { maxSockets: MOST_CONNECTIONS, keepAlive: true }
    this.client = new S3Client({
      ...(endpoint !== undefined && { endpoint }),
      // Where an endpoint is given, a region may be missing. Only the signature needs one.
      ...(region !== undefined ? { region } : endpoint !== undefined && { region: 'us-east-1' }),
      forcePathStyle: pathStyle,
      maxAttempts: ATTEMPTS,
      // See contentOf.
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
      // The SDK would open a connection of its own for each request that asks before it sends.
      expectContinueHeader: false,
      requestHandler: {
        connectionTimeout: CONNECT_WITHIN_MS,
        socketTimeout: silenceMs,
        requestTimeout: REQUEST_WITHIN_MS,
        throwOnRequestTimeout: true,
        httpAgent: agent,
        httpsAgent: agent,
        // The SDK would warn in the log that requests wait for connections, which is intended here.
        logger: quiet,
      },
    })
    // Aliyun OSS has a header of its own for what others call If-None-Match.
    if (endpoint !== undefined && /\.aliyuncs\.com(:\d+)?$/.test(new URL(endpoint).host)) forbidOverwriting(this.client)
  }

  /** Runs requests and translates what they throw. */
  async run<T>(task: (client: S3Client) => Promise<T>): Promise<T> {
    try {
      return await task(this.client)
    } catch (error) {
      throw this.translated(error)
    }
  }

  /** The same, and undefined for what is not there. */
  async unlessAbsent<T>(task: (client: S3Client) => Promise<T>): Promise<T | undefined> {
    try {
      return await task(this.client)
    } catch (error) {
      if (statusOf(error) === 404 && !isS3Error(error, 'NoSuchBucket')) return undefined
      throw this.translated(error)
    }
  }

  translated(error: unknown): Error {
    return toS3Error(error, this.target.Bucket)
  }

  /**
   * Tries whether the store refuses bytes that are not those whose SHA-256 was signed. Its MD5 is not sent too from
   * then on: computing it takes more than twice as long.
   *
   * @param key of an object that may be there afterwards.
   */
  async trySha256(key: string): Promise<void> {
    const command = new PutObjectCommand({ ...this.target, Key: key, Body: Buffer.from('not empty') })
    command.middlewareStack.add(
      (next) => (call) => {
        const { headers } = call.request as { headers: Record<string, string> }
        headers['x-amz-content-sha256'] = EMPTY_SHA256
        return next(call)
      },
      { step: 'build', name: 'anotherSha256' },
    )
    this.#comparesSha256 = await this.client.send(command).then(() => false, isDamage)
  }

  /**
   * The bytes of a request with a checksum that the store compares. The SDK signs their SHA-256; a store that does not
   * look at that still compares Content-MD5. Some accept other checksums and do not look at them either.
   */
  contentOf(body: Buffer): { readonly Body: Buffer; readonly ContentMD5?: string } {
    if (this.#comparesSha256) return { Body: body }
    return { Body: body, ContentMD5: createHash('md5').update(body).digest('base64') }
  }
}

/**
 * Sends bytes again that were damaged on the way. The SDK does not: it takes a wrong digest for a mistake of the
 * caller.
 */
export function undamaged<T>(task: () => Promise<T>): Promise<T> {
  return again(task, isDamage)
}

/** Asks again when an answer breaks off while it is read, which the SDK does not do. */
export function unbroken<T>(task: () => Promise<T>): Promise<T> {
  return again(task, (error) => statusOf(error) === undefined || statusOf(error) === 200)
}

async function again<T>(task: () => Promise<T>, isWorthIt: (error: unknown) => boolean): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await task()
    } catch (error) {
      if (tries >= TRIES || !isWorthIt(error)) throw error
    }
  }
}

function forbidOverwriting(client: S3Client): void {
  client.middlewareStack.add(
    (next) => (call) => {
      const { headers } = call.request as { headers: Record<string, string> }
      if (headers['if-none-match'] === '*') headers['x-oss-forbid-overwrite'] = 'true'
      return next(call)
    },
    { step: 'build', name: 'forbidOverwriting' },
  )
}
