import { release, retain } from '../limits/message-rooms.ts'

/** The most that waits of one upload, bytes: what a sender has on its way at once. */
const MOST_OF_ONE_BYTES = 16 * 1024 ** 2

/** The most that waits of all uploads together, bytes. */
const MOST_OF_ALL_BYTES = 32 * 1024 ** 2

let heldOfAllBytes = 0

/**
 * Chunks of one upload that are stored and wait in memory until it is their turn to be hashed. There is room for a
 * bounded number of bytes; what finds none is passed over, and read from the disk later.
 */
export class HeldChunks {
  readonly #chunks = new Map<number, Buffer>()
  #bytes = 0

  add(start: number, data: Buffer): void {
    if (this.#chunks.has(start)) return
    if (this.#bytes + data.length > MOST_OF_ONE_BYTES || heldOfAllBytes + data.length > MOST_OF_ALL_BYTES) return
    retain(data)
    this.#chunks.set(start, data)
    this.#count(data.length)
  }

  /**
   * What follows after so many bytes, once, of which whoever takes it is a reader; undefined when that does not wait
   * here. Forgets what lies before.
   */
  take(at: number): Buffer | undefined {
    let next: Buffer | undefined
    for (const [start, data] of this.#chunks) {
      if (start > at) continue
      this.#chunks.delete(start)
      this.#count(-data.length)
      if (next === undefined && start + data.length > at) next = data.subarray(at - start)
      else release(data)
    }
    return next
  }

  clear(): void {
    for (const data of this.#chunks.values()) release(data)
    this.#chunks.clear()
    this.#count(-this.#bytes)
  }

  #count(bytes: number): void {
    this.#bytes += bytes
    heldOfAllBytes += bytes
  }
}
