import { ReceiveError } from '../base/errors.ts'

/**
 * A disk that had this many bytes more than are needed, at most this long ago, ms, is not asked again: for small files,
 * asking is much of the work.
 */
const PLENTY_BYTES = 1024 ** 3
const PLENTY_FOR_MS = 200

/**
 * Bytes stay reserved for so long after the last session of an upload has ended, ms: between two streams of a sender,
 * and while its network is gone, others do not take them.
 */
const GRACE_MS = 60_000

/** What an upload still needs, and who for; see `Permissions.holder`. */
type Reservation = { readonly holder: string; readonly bytes: number }

/**
 * Refuses uploads that the disk could not hold to their end: bytes that are reserved for others do not count as free. A
 * reservation counts while somebody works on its upload, and {@link GRACE_MS} longer.
 *
 * Against others, the reservations of one holder count only up to an equal part of the free bytes for each holder that
 * has some. So one holder alone may reserve the whole disk, and another one that comes then can still begin with half
 * of it. When the disk is full before both are done, they are told DISK_FULL, and go on when there is room.
 */
export class Space {
  readonly #freeBytesOnDisk: () => Promise<number>
  readonly #now: () => number
  /** Those that count. */
  readonly #reservations = new Map<string, Reservation>()
  /** Those that do not, because nobody works on their uploads; whoever comes back has them again. */
  readonly #lapsed = new Map<string, Reservation>()
  readonly #bytesOf = new Map<string, number>()
  #reservedBytes = 0
  readonly #inUse = new Set<string>()
  /**
   * Since when nobody works on an upload that something is reserved for, ms; the one that was left first comes first.
   */
  readonly #leftAtMs = new Map<string, number>()
  #asked = { atMs: Number.NEGATIVE_INFINITY, freeBytes: 0 }

  /** @param now milliseconds of a clock */
  constructor(freeBytesOnDisk: () => Promise<number>, now: () => number) {
    this.#freeBytesOnDisk = freeBytesOnDisk
    this.#now = now
  }

  /**
   * Reserves the bytes that an upload still needs. Throws ReceiveError DISK_FULL when there are not so many for its
   * holder.
   */
  async reserve(fileId: string, holder: string, bytes: number): Promise<void> {
    const onDisk = await this.#recentlyFree(bytes)
    const before = this.#reservations.get(fileId)
    this.#drop(fileId)
    const free = this.#freeFor(holder, onDisk)
    if (bytes > free) {
      if (before !== undefined) this.#add(fileId, before)
      throw new ReceiveError(
        'DISK_FULL',
        `The receiver's disk is full: ${bytes} bytes are needed and ${free} are free.`,
        { shortage: { neededBytes: bytes, leftBytes: free } },
      )
    }
    this.#add(fileId, { holder, bytes })
  }

  /** Part of what was reserved has become bytes on disk. */
  use(fileId: string, bytes: number): void {
    const reserved = this.#reservations.get(fileId)
    if (reserved === undefined) return
    const left = Math.max(0, reserved.bytes - bytes)
    this.#reservations.set(fileId, { ...reserved, bytes: left })
    this.#count(reserved.holder, left - reserved.bytes)
  }

  /** The upload needs no more. */
  release(fileId: string): void {
    this.#drop(fileId)
  }

  /** Somebody begins to work on an upload. */
  enter(fileId: string): void {
    this.#inUse.add(fileId)
    this.#leftAtMs.delete(fileId)
    const lapsed = this.#lapsed.get(fileId)
    if (lapsed !== undefined) this.#add(fileId, lapsed)
  }

  /** Nobody works on an upload any more. */
  leave(fileId: string): void {
    this.#inUse.delete(fileId)
    if (this.#reservations.has(fileId)) this.#leftAtMs.set(fileId, this.#now())
  }

  /** Bytes that nobody has reserved; with a holder, as many as it could begin an upload with. */
  async freeBytes(holder?: string): Promise<number> {
    const onDisk = await this.#freeBytesOnDisk()
    if (holder !== undefined) return this.#freeFor(holder, onDisk)
    this.#lapse()
    return Math.max(0, Math.floor(onDisk - this.#reservedBytes))
  }

  #freeFor(holder: string, onDisk: number): number {
    this.#lapse()
    const own = this.#bytesOf.get(holder) ?? 0
    const holders = this.#bytesOf.size + (this.#bytesOf.has(holder) ? 0 : 1)
    let free = onDisk - own
    for (const [other, bytes] of this.#bytesOf) if (other !== holder) free -= Math.min(bytes, onDisk / holders)
    return Math.max(0, Math.floor(free))
  }

  /** Nobody works on these uploads, and has not for too long for anything to be kept for them. */
  #lapse(): void {
    const beforeMs = this.#now() - GRACE_MS
    for (const [fileId, leftAtMs] of this.#leftAtMs) {
      if (leftAtMs > beforeMs) return
      const reservation = this.#reservations.get(fileId)
      this.#drop(fileId)
      if (reservation !== undefined) this.#lapsed.set(fileId, reservation)
    }
  }

  async #recentlyFree(neededBytes: number): Promise<number> {
    const { atMs, freeBytes } = this.#asked
    const isPlenty = freeBytes - this.#reservedBytes - neededBytes > PLENTY_BYTES
    if (isPlenty && performance.now() - atMs < PLENTY_FOR_MS) return freeBytes
    const now = await this.#freeBytesOnDisk()
    this.#asked = { atMs: performance.now(), freeBytes: now }
    return now
  }

  #add(fileId: string, reservation: Reservation): void {
    this.#lapsed.delete(fileId)
    this.#reservations.set(fileId, reservation)
    this.#count(reservation.holder, reservation.bytes)
    if (!this.#inUse.has(fileId)) this.#leftAtMs.set(fileId, this.#now())
  }

  #drop(fileId: string): void {
    this.#lapsed.delete(fileId)
    this.#leftAtMs.delete(fileId)
    const reservation = this.#reservations.get(fileId)
    if (reservation === undefined) return
    this.#reservations.delete(fileId)
    this.#count(reservation.holder, -reservation.bytes)
  }

  #count(holder: string, bytes: number): void {
    const held = (this.#bytesOf.get(holder) ?? 0) + bytes
    this.#reservedBytes += bytes
    if (held === 0) this.#bytesOf.delete(holder)
    else this.#bytesOf.set(holder, held)
  }
}
