import { createHash } from 'node:crypto'
import { crc32 as zlibCrc32 } from 'node:zlib'

/** MD5 of a whole file, fed once from its first byte to its last. */
export type FileDigest = {
  /** How far the file is hashed; the next `update` must begin here. */
  readonly hashedBytes: number
  update(data: Buffer): void
  /** The digest so far, 32 lower-case hex digits. Asking does not end it. */
  hex(): string
}

export function createFileDigest(): FileDigest {
  const hash = createHash('md5')
  let hashedBytes = 0
  return {
    get hashedBytes() {
      return hashedBytes
    },
    update(data) {
      hash.update(data)
      hashedBytes += data.length
    },
    hex: () => hash.copy().digest('hex'),
  }
}

/** CRC-32 (IEEE) of one chunk, as the receiver checks it. */
export function crc32(data: Buffer): number {
  return zlibCrc32(data)
}

/** MD5 of one chunk, for receivers that know no CRC. */
export function md5Hex(data: Buffer): string {
  return createHash('md5').update(data).digest('hex')
}
