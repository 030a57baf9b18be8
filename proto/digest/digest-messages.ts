import { type Digest, type DigestKind, digestKinds } from '../digests.ts'
import type { DigestKind as WireKind } from '../generated/filetransfer/DigestKind.ts'
import { isDigestHex } from './digest-forms.ts'

const wireKinds = { md5: 'MD5', xxh128: 'XXH128', sha256: 'SHA256' } as const satisfies Record<DigestKind, WireKind>

/** How a kind travels. */
export function kindOnWire(kind: DigestKind): WireKind {
  return wireKinds[kind]
}

/** What a kind that came from the wire is; undefined for one of a later version, which comes as a number. */
export function kindFromWire(value: WireKind | number): DigestKind | undefined {
  return digestKinds.find((kind) => wireKinds[kind] === value)
}

/** A digest in a message, which has fields for an MD5 and for any other. */
export type DigestOnWire =
  | { readonly md5: string; readonly digestKind?: never; readonly digest?: never }
  | { readonly digestKind: WireKind; readonly digest: string; readonly md5?: never }

export function digestOnWire({ kind, hex }: Digest): DigestOnWire {
  return kind === 'md5' ? { md5: hex } : { digestKind: wireKinds[kind], digest: hex }
}

/** Reads such a message; undefined where there is no digest in it, or none that makes sense. */
export function digestFromWire(message: {
  readonly md5: string
  readonly digestKind: WireKind | number
  readonly digest: string
}): Digest | undefined {
  const kind = kindFromWire(message.digestKind)
  const hex = (kind === 'md5' ? message.md5 : message.digest).toLowerCase()
  return kind !== undefined && isDigestHex(kind, hex) ? { kind, hex } : undefined
}
