import { createHash } from 'node:crypto'
import { restored, sharedHasher } from '../../proto/digest/hashers.ts'
import type { DigestKind } from '../../proto/digests.ts'

/** A digest that is being computed somewhere. */
export type Hash = {
  /** True when the hash is lost, and has to be begun again. */
  readonly isLost: boolean
  /** Takes the next bytes, at once; their memory may be used again. Resolves when it takes more. */
  update(data: Buffer): Promise<void>
  /** The digest so far, lower-case hex; undefined when it is lost. Asking does not end it. */
  hex(): Promise<string | undefined>
}

/** Where hashes are computed. */
export type Hashing = {
  begin(kind: DigestKind): Hash
  /** Lets go of what it has; what is not computed by then is lost. */
  close(): Promise<void>
}

/** Hashes on the thread that asks. */
export const hashingHere: Hashing = {
  begin(kind) {
    if (kind === 'xxh128') return beginXxh128()
    const hash = createHash(kind)
    return {
      isLost: false,
      update: async (data) => void hash.update(data),
      hex: async () => hash.copy().digest('hex'),
    }
  },
  close: async () => undefined,
}

/** One of hash-wasm: its state is put back before each step, which costs next to nothing. */
function beginXxh128(): Hash {
  let state: Uint8Array | undefined
  return {
    isLost: false,
    async update(data) {
      const hasher = await sharedHasher('xxh128')
      state = restored(hasher, state).update(data).save()
    },
    async hex() {
      const hasher = await sharedHasher('xxh128')
      return restored(hasher, state).digest('hex')
    },
  }
}
