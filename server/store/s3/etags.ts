import { createHash } from 'node:crypto'

/** The ETag that S3 gives an object of these pieces; undefined where the store names content in its own way. */
export function compositeETag(etags: readonly string[]): string | undefined {
  const hash = createHash('md5')
  for (const etag of etags) {
    const [, md5] = /^"?([0-9a-f]{32})"?$/.exec(etag) ?? []
    if (md5 === undefined) return undefined
    hash.update(Buffer.from(md5, 'hex'))
  }
  return `"${hash.digest('hex')}-${etags.length}"`
}

/** Whether two ETags are the same, with or without quotes. */
export function isSameETag(one: string, other: string): boolean {
  return one.replaceAll('"', '') === other.replaceAll('"', '')
}
