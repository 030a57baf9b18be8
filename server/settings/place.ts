import { join, resolve } from 'node:path'
import type { ReceiverConfig } from './config.ts'

/** Where a stored file is, for people and programs; of the empty name, where all files are. A path, or `s3://bucket/key`. */
export function placeOf(
  { directory, objectStore }: Pick<ReceiverConfig, 'directory' | 'objectStore'>,
  name: string,
): string {
  if (objectStore === undefined) return name === '' ? directory : join(resolve(directory), ...name.split('/'))
  return [bucketOf({ objectStore }), name].filter(Boolean).join('/')
}

/** `s3://name/prefix` of the bucket that files go to; undefined when they go to the folder. */
export function bucketOf({ objectStore }: Pick<ReceiverConfig, 'objectStore'>): string | undefined {
  return objectStore && `s3://${[objectStore.bucket, objectStore.prefix].filter(Boolean).join('/')}`
}
