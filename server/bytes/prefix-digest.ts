import { ReceiveError } from '../base/errors.ts'
import { type Hash, type Hashing, hashingHere } from './hashing.ts'

/** Reads stored bytes from start up to end, in blocks; fewer when there are fewer. */
export type ReadStored = (start: number, end: number) => AsyncIterable<Buffer>

/** The longest time between two reports of progress, ms, as long as the disk delivers. */
const PROGRESS_EVERY_MS = 200

/**
 * When the digest is behind by more than this, the rest is left for the end, bytes. Otherwise an upload that continues
 * after a restart would read everything that it has while it writes.
 */
const FOLLOW_WITHIN_BYTES = 64 * 1024 ** 2

/**
 * The MD5 of an upload from its first byte on, computed while it arrives: what comes in order is hashed from memory
 * once it is written, what comes late or out of order is read from the disk. Then little is left to read at the end,
 * however long the file is.
 */
export class PrefixDigest {
  readonly #hashing: Hashing
  #hash: Hash
  #hashedBytes = 0
  #following: Promise<void> | undefined
  /** The error that stopped it; whoever asks for the digest next is told. */
  #failure: unknown

  constructor(hashing: Hashing = hashingHere) {
    this.#hashing = hashing
    this.#hash = hashing.begin()
  }

  get hashedBytes(): number {
    return this.#hashedBytes
  }

  /** The bytes from `start` on are stored. Resolves when there is room for more to be hashed. */
  async add(start: number, data: Buffer): Promise<void> {
    if (start !== this.#hashedBytes || this.#following !== undefined || this.#hash.isLost) return
    await this.#update(data)
  }

  /**
   * Catches up with what is stored without a gap. `prefixEnd` is asked again and again, because that grows meanwhile.
   */
  follow(prefixEnd: () => number, read: ReadStored): void {
    const behindBytes = prefixEnd() - this.#hashedBytes
    if (this.#hash.isLost || behindBytes <= 0 || behindBytes > FOLLOW_WITHIN_BYTES) return
    this.#following ??= this.#catchUp(prefixEnd, read)
      .catch((error: unknown) => {
        this.#failure = error
      })
      .finally(() => {
        this.#following = undefined
      })
  }

  /** Resolves when nothing is being read. */
  async idle(): Promise<void> {
    await this.#following
  }

  /**
   * The digest of so many bytes, lower-case hex. May be asked again.
   *
   * @param onVerified told how many bytes are hashed; may throw to end it.
   * @throws ReceiveError STORAGE_LOST_DATA when there are fewer bytes, or what `read` threw, also earlier, and
   * `onVerified` throws.
   */
  async finish(sizeBytes: number, read: ReadStored, onVerified: (bytes: number) => void): Promise<string> {
    await this.idle()
    const failure = this.#failure
    this.#failure = undefined
    if (failure !== undefined) throw failure
    for (;;) {
      if (this.#hash.isLost) this.#beginAgain()
      await this.#read(sizeBytes, read, onVerified)
      const hex = await this.#hash.hex()
      if (hex !== undefined) return hex
    }
  }

  async #read(sizeBytes: number, read: ReadStored, onVerified: (bytes: number) => void): Promise<void> {
    let reportedAt = performance.now()
    for await (const block of read(this.#hashedBytes, sizeBytes)) {
      await this.#update(block)
      if (performance.now() - reportedAt < PROGRESS_EVERY_MS / 2) continue
      reportedAt = performance.now()
      onVerified(this.#hashedBytes)
    }
    if (this.#hashedBytes !== sizeBytes) {
      throw new ReceiveError(
        'STORAGE_LOST_DATA',
        `The receiver stored ${sizeBytes} bytes and finds ${this.#hashedBytes}.`,
      )
    }
    onVerified(this.#hashedBytes)
  }

  async #catchUp(prefixEnd: () => number, read: ReadStored): Promise<void> {
    for (let end = prefixEnd(); end > this.#hashedBytes; end = prefixEnd()) {
      const before = this.#hashedBytes
      for await (const block of read(before, end)) await this.#update(block)
      if (this.#hashedBytes === before || this.#hash.isLost) return
    }
  }

  async #update(data: Buffer): Promise<void> {
    this.#hashedBytes += data.length
    await this.#hash.update(data)
  }

  /** The thread that computed it has ended, so the bytes are read from the disk again. */
  #beginAgain(): void {
    this.#hash = this.#hashing.begin()
    this.#hashedBytes = 0
  }
}

type Kept = { readonly digest: PrefixDigest; readonly partChangedAtMs: number }

/** Digests of uploads that nobody is busy with are forgotten, the oldest first, when there are more than this. */
const MOST_KEPT = 256

/** Digests between two sessions of an upload, which end and begin with the streams that serve it. */
export class PrefixDigests {
  readonly #hashing: Hashing
  readonly #kept = new Map<string, Kept>()

  constructor(hashing: Hashing = hashingHere) {
    this.#hashing = hashing
  }

  /** @param partChangedAtMs when the bytes of the part changed last. */
  keep(fileId: string, digest: PrefixDigest, partChangedAtMs: number): void {
    this.#kept.set(fileId, { digest, partChangedAtMs })
    for (const oldest of this.#kept.keys()) {
      if (this.#kept.size <= MOST_KEPT) return
      this.#kept.delete(oldest)
    }
  }

  /**
   * The digest that was kept, once, when nobody changed the part since and what it covers is stored; else a new one.
   */
  take(fileId: string, partChangedAtMs: number | undefined, prefixEnd: number): PrefixDigest {
    const kept = this.#kept.get(fileId)
    this.#kept.delete(fileId)
    const isGood =
      kept?.partChangedAtMs === partChangedAtMs && kept !== undefined && kept.digest.hashedBytes <= prefixEnd
    return isGood ? kept.digest : new PrefixDigest(this.#hashing)
  }
}
