import { createMD5, createSHA256, createXXHash128, type IHasher } from 'hash-wasm'
import type { DigestKind } from '../digests.ts'

const makers = { md5: createMD5, sha256: createSHA256, xxh128: createXXHash128 } satisfies Record<
  DigestKind,
  () => Promise<IHasher>
>

const hashers = new Map<DigestKind, Promise<IHasher>>()

/**
 * The hasher of this kind, whose state can be put away: one for all files, because it costs more to make than a small
 * file to hash. Whoever uses it puts a state back with {@link restored} first, and
 * waits for nothing before the result is taken.
 */
export function sharedHasher(kind: DigestKind): Promise<IHasher> {
  const known = hashers.get(kind) ?? makers[kind]()
  hashers.set(kind, known)
  return known
}

/** The hasher as it was when it answered `state` to `save`; without one, as before the first byte. */
export function restored(hasher: IHasher, state: Uint8Array | undefined): IHasher {
  hasher.init()
  return state === undefined ? hasher : hasher.load(state)
}
