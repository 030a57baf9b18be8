import { type Digest, type DigestKind, digestKinds } from '../digests.ts'

/** What every client and every receiver knows, and what counts where nobody says anything else. */
export const DEFAULT_DIGEST_KIND: DigestKind = 'md5'

const hexDigits: Readonly<Record<DigestKind, number>> = { md5: 32, xxh128: 32, sha256: 64 }

/** What people call them. */
export const digestNames: Readonly<Record<DigestKind, string>> = { md5: 'MD5', xxh128: 'XXH128', sha256: 'SHA-256' }

export function isDigestKind(value: unknown): value is DigestKind {
  return (digestKinds as readonly unknown[]).includes(value)
}

/** True for lower-case hex of the right length. */
export function isDigestHex(kind: DigestKind, hex: unknown): hex is string {
  return typeof hex === 'string' && hex.length === hexDigits[kind] && /^[0-9a-f]+$/.test(hex)
}

/** What a digest of this kind looks like, for people: “an MD5 as 32 hex digits”. */
export function digestLooks(kind: DigestKind): string {
  return `${kind === 'sha256' ? 'a' : 'an'} ${digestNames[kind]} as ${hexDigits[kind]} hex digits`
}

export function isSameDigest(one: Digest, other: Digest): boolean {
  return one.kind === other.kind && one.hex === other.hex
}

/** How people are told it: `XXH128` and its hex. */
export function digestWords({ kind, hex }: Digest): string {
  return `${digestNames[kind]} ${hex}`
}

/** One word: `xxh128:` and its hex. */
export function digestText({ kind, hex }: Digest): string {
  return `${kind}:${hex}`
}

/** Reads what {@link digestText} wrote; undefined for anything else. */
export function readDigestText(value: unknown): Digest | undefined {
  if (typeof value !== 'string') return undefined
  const [kind, hex, ...more] = value.split(':')
  return isDigestKind(kind) && isDigestHex(kind, hex) && more.length === 0 ? { kind, hex } : undefined
}

/** A digest in what is kept: an MD5 as versions that knew nothing else kept it, any other one as one word. */
export type KeptDigest =
  | { readonly md5: string; readonly digest?: never }
  | { readonly digest: string; readonly md5?: never }

export function keptDigest(digest: Digest): KeptDigest {
  return digest.kind === 'md5' ? { md5: digest.hex } : { digest: digestText(digest) }
}

/** Reads what {@link keptDigest} wrote; undefined for anything else. */
export function readKeptDigest(value: { readonly [Field in keyof KeptDigest]?: unknown }): Digest | undefined {
  const { md5, digest } = value
  if (md5 === undefined) return readDigestText(digest)
  return isDigestHex('md5', md5) && digest === undefined ? { kind: 'md5', hex: md5 } : undefined
}

/** A digest as programs are told it: always as one word, and an MD5 also by itself. */
export type ToldDigest = { readonly digest: string; readonly md5?: string }

export function toldDigest(digest: Digest): ToldDigest {
  return { digest: digestText(digest), ...(digest.kind === 'md5' && { md5: digest.hex }) }
}
