import { createHash } from 'node:crypto'
import { createXXHash128, type IHasher } from 'hash-wasm'
import type { Digest, DigestKind } from '../digests.ts'

let xxh128: Promise<IHasher> | undefined

/** The digest of bytes that are all there; computed on this thread. */
export async function digestOf(kind: DigestKind, data: Buffer): Promise<Digest> {
  if (kind !== 'xxh128') return { kind, hex: createHash(kind).update(data).digest('hex') }
  xxh128 ??= createXXHash128()
  // From here on nothing is waited for, so that one hasher serves everybody.
  const hasher = await xxh128
  return { kind, hex: hasher.init().update(data).digest('hex') }
}
