// Original file: file_transfer.proto

/**
 * What a whole file is verified by. Senders and receivers that know none of the fields for it mean MD5, and are
 * understood.
 */
export const DigestKind = {
  /**
   * Every client and every receiver knows it. Travels in fields of its own, which are called md5.
   */
  MD5: 'MD5',
  /**
   * XXH3 with 128 bits: far faster than the others, and no defence against somebody who forges a file on purpose.
   */
  XXH128: 'XXH128',
  /**
   * SHA-256.
   */
  SHA256: 'SHA256',
} as const;

/**
 * What a whole file is verified by. Senders and receivers that know none of the fields for it mean MD5, and are
 * understood.
 */
export type DigestKindInput =
  /**
   * Every client and every receiver knows it. Travels in fields of its own, which are called md5.
   */
  | 'MD5'
  | 0
  /**
   * XXH3 with 128 bits: far faster than the others, and no defence against somebody who forges a file on purpose.
   */
  | 'XXH128'
  | 1
  /**
   * SHA-256.
   */
  | 'SHA256'
  | 2

/**
 * What a whole file is verified by. Senders and receivers that know none of the fields for it mean MD5, and are
 * understood.
 */
export type DigestKind = typeof DigestKind[keyof typeof DigestKind]
