import { join, resolve } from 'node:path'
import type { ReceiverConfig } from './config.ts'

/** Where a stored file is, for people and programs; of the empty name, where all files are. A path, or `s3://bucket/key`. */
export function placeOf(
  { directory, objectStore }: Pick<ReceiverConfig, 'directory' | 'objectStore'>,
  name: string,
): string {
  if (objectStore === undefined) return name === '' ? directory : join(resolve(directory), ...name.split('/'))
  const { bucket, prefix } = objectStore
  return `s3://${[bucket, prefix, name].filter(Boolean).join('/')}`
}
