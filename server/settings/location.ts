import { join, resolve } from 'node:path'

/** Where a receiver puts files: into a folder, or into a bucket. */
type Destination = {
  readonly directory: string
  readonly objectStore?: { readonly bucket: string; readonly prefix?: string }
}

/**
 * Where a stored file is, for people and programs; of the empty name, where all files are. A path, or
 * `s3://bucket/key`.
 */
export function locationOf({ directory, objectStore }: Destination, name: string): string {
  if (objectStore === undefined) return name === '' ? directory : join(resolve(directory), ...name.split('/'))
  return [bucketOf({ objectStore }), name].filter(Boolean).join('/')
}

/** `s3://name/prefix` of the bucket that files go to; undefined when they go to the folder. */
export function bucketOf({ objectStore }: Pick<Destination, 'objectStore'>): string | undefined {
  return objectStore && `s3://${[objectStore.bucket, objectStore.prefix].filter(Boolean).join('/')}`
}
