/**
 * The digests that a whole file can be verified by, by the names that people use: MD5, which every client of the
 * contract knows; XXH128, the fastest; SHA-256.
 */
export const digestKinds = ['md5', 'xxh128', 'sha256'] as const

/** See {@link digestKinds}. */
export type DigestKind = (typeof digestKinds)[number]
