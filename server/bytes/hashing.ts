import { createHash } from 'node:crypto'

/** An MD5 that is being computed somewhere. */
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
  begin(): Hash
  /** Lets go of what it has; what is not computed by then is lost. */
  close(): Promise<void>
}

/** Hashes on the thread that asks. */
export const hashingHere: Hashing = {
  begin() {
    const hash = createHash('md5')
    return {
      isLost: false,
      update: async (data) => void hash.update(data),
      hex: async () => hash.copy().digest('hex'),
    }
  },
  close: async () => undefined,
}
