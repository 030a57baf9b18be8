import { ReceiveError } from '../base/errors.ts'
import { shownText } from '../base/shown-address.ts'
import type { ReceiverConfig } from './config.ts'
import type { ReceiveFlags } from './flags.ts'

/** The bucket that flags ask for. Throws ReceiveError BAD_FLAGS, with one sentence, when they make no sense. */
export function toObjectStore(flags: ReceiveFlags): Pick<ReceiverConfig, 'objectStore'> {
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
