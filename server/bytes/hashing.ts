import { createHash } from 'node:crypto'
import { createXXHash128, type IHasher } from 'hash-wasm'
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

/** One XXH128 serves all files in turns: its state is put back before each step, which costs next to nothing. */
let xxh128: Promise<IHasher> | undefined

function beginXxh128(): Hash {
  let state: Uint8Array | undefined
  const restore = (hash: IHasher): void => {
    hash.init()
    if (state !== undefined) hash.load(state)
  }
  const shared = async (): Promise<IHasher> => {
    xxh128 ??= createXXHash128()
    return xxh128
  }
  return {
    isLost: false,
    async update(data) {
      const hash = await shared()
      restore(hash)
      hash.update(data)
      state = hash.save()
    },
    async hex() {
      const hash = await shared()
      restore(hash)
      return hash.digest('hex')
    },
  }
}
