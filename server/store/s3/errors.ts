import { ReceiveError, receiveErrorFrom } from '../../base/errors.ts'

/** True when an object store refused for one of these reasons, by S3's names of them. */
export function isS3Error(error: unknown, ...names: string[]): boolean {
  return error instanceof Error && names.includes(error.name)
}

/** The HTTP status that an object store answered with; undefined when it did not answer. */
export function statusOf(error: unknown): number | undefined {
  return (error as { $metadata?: { httpStatusCode?: number } } | undefined)?.$metadata?.httpStatusCode
}

/** True when what arrived is not what was sent. */
export function isDamage(error: unknown): boolean {
  return isS3Error(error, 'BadDigest', 'XAmzContentSHA256Mismatch')
}

/** Translates what the SDK threw about a bucket, after it has tried again where that may help. */
export function toS3Error(error: unknown, bucket: string): ReceiveError {
  if (error instanceof ReceiveError) return error
  const { name = 'Error', message = '' } = error instanceof Error ? error : {}
  const status = statusOf(error)
  if (isS3Error(error, 'CredentialsProviderError'))
    return receiveErrorFrom(
      error,
      'BAD_FLAGS',
      '--s3-bucket: there are no credentials. Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or a profile in ~/.aws.',
    )
  if (isS3Error(error, 'NoSuchBucket'))
    return receiveErrorFrom(error, 'STORAGE_NOT_WRITABLE', `The object store has no bucket "${bucket}".`)
  if (isS3Error(error, 'QuotaExceeded') || status === 507)
    return receiveErrorFrom(error, 'DISK_FULL', `The quota of the bucket "${bucket}" is used up.`)
  if (status === 401 || status === 403)
    return receiveErrorFrom(error, 'STORAGE_NOT_WRITABLE', `The object store refuses "${bucket}": ${name}.`)
  if (isDamage(error))
    return receiveErrorFrom(error, 'STORAGE_LOST_DATA', 'Bytes were damaged on the way to the object store.')
  if (status === undefined || status === 429 || status >= 500)
    return receiveErrorFrom(error, 'STATE_UNREACHABLE', `The object store does not answer as it should (${name}).`)
  return receiveErrorFrom(error, 'INTERNAL', `The object store refuses: ${name} ${message}`.trim())
}
