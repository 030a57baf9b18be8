import { crc32 } from 'node:zlib'
import { createMD5 } from 'hash-wasm'

/** The next part of a file that is hashed from its first byte to its last. */
export type HashStep = {
  /** What the last step came to; absent before the first. */
  readonly md5State?: Uint8Array
  readonly chunk: Uint8Array
  /** Where in the chunk what is not hashed yet begins, bytes. */
  readonly from: number
}

/** The MD5 of the file so far, and the CRC-32 of the whole chunk. */
export type HashedStep = { readonly md5State: Uint8Array; readonly crc32: number }

/** Does one step. Nothing is kept from one to the next, so that each may be done in another thread. */
export type TakeHashStep = (step: HashStep) => HashedStep

/** Makes one MD5 that serves any number of files: it costs more to make than a small file takes to hash. */
export async function createHashSteps(): Promise<{ take: TakeHashStep; hex(md5State?: Uint8Array): string }> {
  const md5 = await createMD5()
  const restore = (md5State: Uint8Array | undefined): void => {
    md5.init()
    if (md5State !== undefined) md5.load(md5State)
  }
  return {
    take({ md5State, chunk, from }) {
      restore(md5State)
      md5.update(chunk.subarray(from))
      return { md5State: md5.save(), crc32: crc32(chunk) }
    },
    /** The digest of what was hashed, 32 lower-case hex digits. Throws on what is not a state of this library. */
    hex(md5State) {
      restore(md5State)
      return md5.digest('hex')
    },
  }
}
