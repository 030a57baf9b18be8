import { createHash } from 'node:crypto'
import type { Digest, DigestKind } from '../digests.ts'
import { restored, sharedHasher } from './hashers.ts'

/** The digest of bytes that are all there; computed on this thread. */
export async function digestOf(kind: DigestKind, data: Buffer): Promise<Digest> {
  if (kind !== 'xxh128') return { kind, hex: createHash(kind).update(data).digest('hex') }
  const hasher = await sharedHasher(kind)
  return { kind, hex: restored(hasher, undefined).update(data).digest('hex') }
}
