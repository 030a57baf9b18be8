/**
 * The digests that a whole file can be verified by, by the names that people use: MD5, which every client of the
 * contract knows; XXH128, the fastest; SHA-256.
 */
export const digestKinds = ['md5', 'xxh128', 'sha256'] as const

/** See {@link digestKinds}. */
export type DigestKind = (typeof digestKinds)[number]

/** The digest of a whole file: lower-case hex, 32 digits for MD5 and XXH128, 64 for SHA-256. */
export type Digest = { readonly kind: DigestKind; readonly hex: string }
