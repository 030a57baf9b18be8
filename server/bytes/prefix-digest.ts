import type { DigestKind } from '../../proto/digests.ts'
import { ReceiveError } from '../base/errors.ts'
import { release, retain } from '../limits/message-rooms.ts'
import { type Hash, type Hashing, hashingHere } from './hashing.ts'
import { HeldChunks } from './held-chunks.ts'

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
 * The digest of an upload from its first byte on, computed while it arrives: what comes in order is hashed from memory
 * once it is written, and what comes before its turn waits for that in memory. Only what finds no room there, and what
 * was stored before, is read from the disk. Then little is left to read at the end, however long the file is.
 */
export class PrefixDigest {
  readonly kind: DigestKind
  readonly #hashing: Hashing
  readonly #held = new HeldChunks()
  #hash: Hash
  #hashedBytes = 0
  #updating: Promise<void> = Promise.resolve()
  #following: Promise<void> | undefined
  /** The error that stopped it; whoever asks for the digest next is told. */
  #failure: unknown

  constructor(kind: DigestKind, hashing: Hashing = hashingHere) {
    this.kind = kind
    this.#hashing = hashing
    this.#hash = hashing.begin(kind)
  }

  get hashedBytes(): number {
    return this.#hashedBytes
  }

  /** The bytes from `start` on are stored; they are kept until it is their turn, if there is room. */
  add(start: number, data: Buffer): void {
    if (this.#hash.isLost) return
    if (start > this.#hashedBytes || this.#following !== undefined) this.#held.add(start, data)
    else if (start === this.#hashedBytes) {
      retain(data)
      this.#updateAndGoOn(data)
    }
  }

  /** Resolves when there is room for more to be hashed. */
  async room(): Promise<void> {
    await this.#updating
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
        this.#goOn()
      })
  }

  /** Lets go of what waits in memory, to be read from the disk in its turn; resolves when nothing is being read. */
  async idle(): Promise<void> {
    this.#held.clear()
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

  /** Hashes what waited and is next by now. */
  #goOn(): void {
    const next = this.#held.take(this.#hashedBytes)
    if (next !== undefined) this.#updateAndGoOn(next)
  }

  /** Hashes bytes that it is a reader of, and what follows. */
  #updateAndGoOn(data: Buffer): void {
    for (let next: Buffer | undefined = data; next !== undefined; next = this.#held.take(this.#hashedBytes)) {
      const bytes = next
      this.#updating = this.#update(bytes)
        .catch((error: unknown) => {
          this.#failure = error
        })
        .finally(() => release(bytes))
    }
  }

  async #update(data: Buffer): Promise<void> {
    this.#hashedBytes += data.length
    await this.#hash.update(data)
  }

  /** The thread that computed it has ended, so the bytes are read from the disk again. */
  #beginAgain(): void {
    this.#hash = this.#hashing.begin(this.kind)
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
   * The digest that was kept, once, when it is of this kind, nobody changed the part since and what it covers is
   * stored; else a new one.
   */
  take(fileId: string, kind: DigestKind, partChangedAtMs: number | undefined, prefixEnd: number): PrefixDigest {
    const kept = this.#kept.get(fileId)
    this.#kept.delete(fileId)
    const isGood =
      kept?.digest.kind === kind && kept.partChangedAtMs === partChangedAtMs && kept.digest.hashedBytes <= prefixEnd
    return isGood ? kept.digest : new PrefixDigest(kind, this.#hashing)
  }
}
