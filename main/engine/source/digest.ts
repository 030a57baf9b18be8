import { createHash } from 'node:crypto'
import { crc32 as zlibCrc32 } from 'node:zlib'
import { digestText, readDigestText } from '../../../proto/digest/digest-forms.ts'
import type { Digest, DigestKind } from '../../../proto/digests.ts'
import type { HashPool, RunningHash } from './hash-pool.ts'

/** A chunk whose checksum is remembered, to tell later whether the file is still the one that was hashed. */
export type Sample = { readonly offset: number; readonly bytes: number; readonly crc32: number }

/** How far a file is hashed, in a form that outlives the process: one of a running hash, or of a whole file. */
export type SavedDigest = {
  readonly hashedBytes: number
  /** Some of the hashed chunks, chosen by chance. */
  readonly samples: readonly Sample[]
  /** The running MD5 as hash-wasm saves it, base64. */
  readonly md5State?: string
  /** The running XXH128 as hash-wasm saves it, base64. */
  readonly xxh128State?: string
  /** The digest of the whole file, as one word; see `digestText`. */
  readonly whole?: string
}

/** The digest of a whole file, fed once from its first byte to its last. */
export type FileDigest = {
  readonly kind: DigestKind
  /** How far the file was handed over to be hashed; the next `update` must reach it. */
  readonly hashedBytes: number
  readonly samples: readonly Sample[]
  /** How far what `save` answers has come. */
  readonly savableBytes: number
  /** True when what was hashed is lost: a thread ended. Then a new digest has to be begun. */
  readonly isLost: boolean
  /**
   * Hashes what is not hashed yet of a chunk that begins at `start` in the file, once what came before is hashed. The
   * chunk must not be changed before this resolves.
   *
   * @param crc32 the CRC-32 of the whole chunk.
   */
  update(chunk: Buffer, start: number, crc32: number): Promise<void>
  /** Resolves when no `update` is under way. */
  settled(): Promise<void>
  /** The digest so far, lower-case hex. Asking does not end it. */
  hex(): Promise<string>
  /** How far it has come, without an `update` that is under way; undefined when nothing can be put away of it. */
  save(): SavedDigest | undefined
}

/**
 * With so many samples, a file of which a half was rewritten is taken for the same once in 65,536 times. The digest at
 * the end decides in any case.
 */
const SAMPLES = 16

export type DigestOptions = {
  /**
   * Whether a running hash has to outlive the process. One that need not is computed faster, and has to be begun again
   * in the next run. SHA-256 never does: to read a file again is faster than a SHA-256 that can be put away.
   */
  readonly savable: boolean
  readonly saved?: SavedDigest | undefined
  readonly chance?: () => number
}

/**
 * Begins a digest, or takes a saved one up. Rejects when what was saved is not a state of this library, or of another
 * kind.
 */
export async function openDigest(
  pool: HashPool,
  kind: DigestKind,
  { savable, saved, chance = Math.random }: DigestOptions,
): Promise<FileDigest> {
  const hash = await openHash(pool, kind, savable, saved)
  let hashedBytes = saved?.hashedBytes ?? 0
  let savedBytes = hashedBytes
  let whole = wholeOf(saved)
  let isLost = false
  let underWay: Promise<unknown> = Promise.resolve()
  const samples: Sample[] = [...(saved?.samples ?? [])]
  let seen = samples.length

  /** Keeps each chunk with the same probability, however many there will be. */
  function sample(part: Sample): void {
    seen += 1
    const place = samples.length < SAMPLES ? samples.length : Math.floor(chance() * seen)
    if (place < SAMPLES) samples[place] = part
  }

  const isWhole = (): boolean => whole?.bytes === savedBytes

  async function orLost<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      isLost = true
      throw error
    }
  }

  async function hashAfter(before: Promise<unknown>, rest: Buffer, part: Sample): Promise<void> {
    await before
    await orLost(() => hash.update(rest))
    sample(part)
    savedBytes = part.offset + part.bytes
  }

  return {
    kind,
    get hashedBytes() {
      return hashedBytes
    },
    get isLost() {
      return isLost
    },
    get savableBytes() {
      return isWhole() || hash.isSavable ? savedBytes : 0
    },
    samples,
    update(chunk, start, crc32) {
      const rest = chunk.subarray(hashedBytes - start)
      hashedBytes = start + chunk.length
      const updated = hashAfter(underWay, rest, { offset: start, bytes: chunk.length, crc32 })
      underWay = updated
      // Whoever asks for the digest is told; nobody else need wait for it.
      updated.catch(() => undefined)
      return updated
    },
    async settled() {
      await underWay.catch(() => undefined)
    },
    async hex() {
      await underWay
      if (whole?.bytes === hashedBytes) return whole.digest.hex
      const digest = { kind, hex: await orLost(() => hash.hex()) }
      whole = { bytes: hashedBytes, digest }
      return digest.hex
    },
    save() {
      const common = { hashedBytes: savedBytes, samples: [...samples] }
      if (!hash.isSavable) return isWhole() && whole ? { ...common, whole: digestText(whole.digest) } : undefined
      const text = Buffer.from(hash.state()).toString('base64')
      return { ...common, ...(kind === 'md5' ? { md5State: text } : { xxh128State: text }) }
    },
  }
}

/** The digest of a whole file that was saved, and of how many bytes it is. */
function wholeOf(saved: SavedDigest | undefined): { readonly bytes: number; readonly digest: Digest } | undefined {
  const digest = readDigestText(saved?.whole)
  return saved && digest && { bytes: saved.hashedBytes, digest }
}

async function openHash(
  pool: HashPool,
  kind: DigestKind,
  savable: boolean,
  saved: SavedDigest | undefined,
): Promise<RunningHash> {
  const { md5State, xxh128State, whole } = saved ?? {}
  if (whole !== undefined) {
    if (readDigestText(whole)?.kind !== kind) throw new Error(`Expected a saved ${kind}, got ${whole}.`)
    return nothingMore
  }
  const state = { md5: md5State, xxh128: xxh128State, sha256: undefined }[kind]
  if (saved !== undefined && state === undefined) throw new Error(`Expected a saved ${kind}, got another digest.`)
  const bytes = state === undefined ? undefined : new Uint8Array(Buffer.from(state, 'base64'))
  if (kind === 'xxh128' || (kind === 'md5' && (savable || bytes !== undefined))) return pool.beginSavable(kind, bytes)
  return pool.beginNative(kind)
}

/** The hash of a whole file, of which only the digest is known. */
const nothingMore: RunningHash = {
  update: () => Promise.reject(new Error('A digest of a whole file takes no more bytes.')),
  hex: () => Promise.reject(new Error('A digest of a whole file is asked as another one.')),
  isSavable: false,
  state: () => new Uint8Array(),
}

/** CRC-32 (IEEE) of one chunk, as the receiver checks it. */
export function crc32(data: Buffer): number {
  return zlibCrc32(data)
}

/** MD5 of one chunk, for receivers that know no CRC. */
export function md5Hex(data: Buffer): string {
  return createHash('md5').update(data).digest('hex')
}
