import { createHash } from 'node:crypto'
import { crc32 as zlibCrc32 } from 'node:zlib'
import type { HashPool } from './hash-pool.ts'

/** A chunk whose checksum is remembered, to tell later whether the file is still the one that was hashed. */
export type Sample = { readonly offset: number; readonly bytes: number; readonly crc32: number }

/** How far a file is hashed, in a form that outlives the process. */
export type SavedDigest = {
  readonly hashedBytes: number
  /** The running MD5 as hash-wasm saves it, base64. */
  readonly md5State: string
  /** Some of the hashed chunks, chosen by chance. */
  readonly samples: readonly Sample[]
}

/** MD5 of a whole file, fed once from its first byte to its last, that can be put away and taken up again. */
export type FileDigest = {
  /** How far the file is hashed; the next `update` must reach it. */
  readonly hashedBytes: number
  readonly samples: readonly Sample[]
  /**
   * Hashes what is not hashed yet of a chunk that begins at `start` in the file, and answers the CRC-32 of the whole
   * chunk. The chunk must not be changed before. One at a time.
   */
  update(chunk: Buffer, start: number): Promise<number>
  /** Resolves when no `update` is under way. */
  settled(): Promise<void>
  /** The digest so far, 32 lower-case hex digits. Asking does not end it. */
  hex(): string
  /** How far it has come; without an `update` that is under way. */
  save(): SavedDigest
}

/**
 * With so many samples, a file of which a half was rewritten is taken for the same once in 65,536 times. The digest at
 * the end decides in any case.
 */
const SAMPLES = 16

/** Begins a digest, or takes a saved one up. Throws when what was saved is not a state of this library. */
export function openDigest(pool: HashPool, saved?: SavedDigest, chance: () => number = Math.random): FileDigest {
  let md5State: Uint8Array | undefined = saved && new Uint8Array(Buffer.from(saved.md5State, 'base64'))
  if (md5State !== undefined) pool.hex(md5State)
  let hashedBytes = saved?.hashedBytes ?? 0
  let underWay: Promise<unknown> = Promise.resolve()
  const samples: Sample[] = [...(saved?.samples ?? [])]
  let seen = samples.length

  /** Keeps each chunk with the same probability, however many there will be. */
  function sample(part: Sample): void {
    seen += 1
    const place = samples.length < SAMPLES ? samples.length : Math.floor(chance() * seen)
    if (place < SAMPLES) samples[place] = part
  }

  async function hash(chunk: Buffer, start: number): Promise<number> {
    const hashed = await pool.take({ chunk, from: hashedBytes - start, ...(md5State && { md5State }) })
    sample({ offset: start, bytes: chunk.length, crc32: hashed.crc32 })
    md5State = hashed.md5State
    hashedBytes = start + chunk.length
    return hashed.crc32
  }

  return {
    get hashedBytes() {
      return hashedBytes
    },
    samples,
    update(chunk, start) {
      const updated = hash(chunk, start)
      underWay = updated
      return updated
    },
    async settled() {
      await underWay.catch(() => undefined)
    },
    hex: () => pool.hex(md5State),
    save() {
      // Nothing is saved of a file before something of it is hashed.
      return { hashedBytes, md5State: Buffer.from(md5State ?? []).toString('base64'), samples: [...samples] }
    },
  }
}

/** CRC-32 (IEEE) of one chunk, as the receiver checks it. */
export function crc32(data: Buffer): number {
  return zlibCrc32(data)
}

/** MD5 of one chunk, for receivers that know no CRC. */
export function md5Hex(data: Buffer): string {
  return createHash('md5').update(data).digest('hex')
}
