import { ReceiveError } from '../base/errors.ts'
import { shownText } from '../base/shown-address.ts'
import type { S3Config } from '../store/s3/config.ts'

/** What a receiver was told of a bucket, as the command line gives it. */
export type S3Flags = {
  readonly s3Bucket?: string
  readonly s3Endpoint?: string
  readonly s3Region?: string
  readonly s3Prefix?: string
  readonly s3PathStyle?: boolean
}

/** The bucket that flags ask for. Throws ReceiveError BAD_FLAGS, with one sentence, when they make no sense. */
export function toObjectStore(flags: S3Flags & { readonly verifyFromDisk?: boolean }): {
  readonly objectStore?: S3Config
} {
  const { s3Bucket: bucket, s3Endpoint: endpoint, s3Region: region, s3Prefix, s3PathStyle: pathStyle } = flags
  if (bucket === undefined) {
    const more = {
      '--s3-endpoint': endpoint,
      '--s3-region': region,
      '--s3-prefix': s3Prefix,
      '--s3-path-style': pathStyle || undefined,
    }
    const [flag] = Object.entries(more).find(([, value]) => value !== undefined) ?? []
    if (flag === undefined) return {}
    throw new ReceiveError('BAD_FLAGS', `${flag} says more about a bucket, and --s3-bucket is missing.`)
  }
  if (!/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket))
    throw new ReceiveError('BAD_FLAGS', `--s3-bucket takes the name of a bucket, not "${bucket}".`)
  if (endpoint !== undefined) mustBeEndpoint(endpoint)
  if (flags.verifyFromDisk)
    throw new ReceiveError('BAD_FLAGS', '--verify-from-disk reads a disk, and files in a bucket are on none.')
  const prefix = s3Prefix?.replace(/^\/+|\/+$/g, '')
  return {
    objectStore: {
      bucket,
      ...(endpoint !== undefined && { endpoint }),
      ...(region !== undefined && { region }),
      ...(prefix && { prefix }),
      ...(pathStyle && { pathStyle }),
    },
  }
}

function mustBeEndpoint(text: string): void {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || !/^https?:$/.test(url.protocol))
    throw new ReceiveError(
      'BAD_FLAGS',
      `--s3-endpoint takes an address like https://s3.example.com, not ${shownText(text)}.`,
    )
  if (url.username !== '' || url.password !== '')
    throw new ReceiveError(
      'BAD_FLAGS',
      '--s3-endpoint takes an address without user and password; keys belong where the AWS SDK looks for them, such as AWS_ACCESS_KEY_ID.',
    )
}
