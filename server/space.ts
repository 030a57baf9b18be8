import { ReceiveError } from './errors.ts'

/** A disk that had so much more than is needed, bytes, at most so long ago, ms, is not asked again: for small files, asking is much of the work. */
const PLENTY_BYTES = 1024 ** 3
const PLENTY_FOR_MS = 200

/**
 * Keeps uploads from starting that the disk could not hold to their end: bytes that were promised to running uploads do not count as free.
 * Promises live as long as the process; an upload that nobody comes back for after a restart blocks no one.
 */
export class Space {
  readonly #freeBytesOnDisk: () => Promise<number>
  readonly #promisedBytes = new Map<string, number>()
  #totalPromisedBytes = 0
  #asked = { atMs: Number.NEGATIVE_INFINITY, freeBytes: 0 }

  constructor(freeBytesOnDisk: () => Promise<number>) {
    this.#freeBytesOnDisk = freeBytesOnDisk
  }

  /** Promises an upload the bytes it still needs. Throws ReceiveError DISK_FULL when they are not there. */
  async promise(fileId: string, bytes: number): Promise<void> {
    const onDisk = await this.#recentlyFree(bytes)
    const others = this.#totalPromisedBytes - (this.#promisedBytes.get(fileId) ?? 0)
    const free = Math.max(0, onDisk - others)
    if (bytes > free) {
      throw new ReceiveError(
        'DISK_FULL',
        `The receiver's disk is full: ${bytes} bytes are needed and ${free} are free.`,
      )
    }
    this.#set(fileId, bytes)
  }

  /** Part of what was promised has become bytes on disk. */
  use(fileId: string, bytes: number): void {
    const promised = this.#promisedBytes.get(fileId)
    if (promised !== undefined) this.#set(fileId, Math.max(0, promised - bytes))
  }

  /** The upload needs no more. */
  release(fileId: string): void {
    this.#set(fileId, 0)
    this.#promisedBytes.delete(fileId)
  }

  /** Bytes that no upload has claimed. */
  async freeBytes(): Promise<number> {
    return Math.max(0, Math.floor((await this.#freeBytesOnDisk()) - this.#totalPromisedBytes))
  }

  async #recentlyFree(neededBytes: number): Promise<number> {
    const { atMs, freeBytes } = this.#asked
    const isPlenty = freeBytes - this.#totalPromisedBytes - neededBytes > PLENTY_BYTES
    if (isPlenty && performance.now() - atMs < PLENTY_FOR_MS) return freeBytes
    const now = await this.#freeBytesOnDisk()
    this.#asked = { atMs: performance.now(), freeBytes: now }
    return now
  }

  #set(fileId: string, bytes: number): void {
    this.#totalPromisedBytes += bytes - (this.#promisedBytes.get(fileId) ?? 0)
    this.#promisedBytes.set(fileId, bytes)
  }
}
