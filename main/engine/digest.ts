import { createHash } from 'node:crypto'
import { crc32 as zlibCrc32 } from 'node:zlib'
import { createMD5 } from 'hash-wasm'

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
  /** How far the file is hashed; the next `update` must begin here. */
  readonly hashedBytes: number
  readonly samples: readonly Sample[]
  update(data: Buffer): void
  /** The digest so far, 32 lower-case hex digits. Asking does not end it. */
  hex(): string
  save(): SavedDigest
}

/** Enough that a rewritten half of a file goes unnoticed once in 65,536 times; the digest at the end decides in any case. */
const SAMPLES = 16

/** Begins a digest, or takes a saved one up. Fails when what was saved is not a state of this library. */
export async function openDigest(saved?: SavedDigest, chance: () => number = Math.random): Promise<FileDigest> {
  const md5 = await createMD5()
  md5.init()
  if (saved !== undefined) md5.load(Buffer.from(saved.md5State, 'base64'))
  let hashedBytes = saved?.hashedBytes ?? 0
  const samples: Sample[] = [...(saved?.samples ?? [])]
  let seen = samples.length

  /** Keeps each chunk with the same probability, however many there will be. */
  function sample(data: Buffer): void {
    seen += 1
    const place = samples.length < SAMPLES ? samples.length : Math.floor(chance() * seen)
    if (place < SAMPLES) samples[place] = { offset: hashedBytes, bytes: data.length, crc32: crc32(data) }
  }

  return {
    get hashedBytes() {
      return hashedBytes
    },
    samples,
    update(data) {
      sample(data)
      md5.update(data)
      hashedBytes += data.length
    },
    hex() {
      const state = md5.save()
      const hex = md5.digest('hex')
      md5.load(state)
      return hex
    },
    save: () => ({ hashedBytes, md5State: Buffer.from(md5.save()).toString('base64'), samples: [...samples] }),
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
