import { newChunkBuffer } from './chunk-message.ts'

/** Memory for one chunk. */
export type ChunkRoom = {
  /** Has the length that was asked for, and still the bytes that were there before. */
  readonly data: Buffer
  /**
   * The bytes are not read any more, so another chunk may use the memory. Must be called at most once; need not be
   * called at all.
   */
  reuse(): void
}

/**
 * Memory that is used again for chunk after chunk. New memory has to be mapped, and collected afterwards, which takes
 * as long as sending it.
 */
export type ChunkMemory = { take(bytes: number): ChunkRoom }

/** Pieces of memory have this size, or twice that, and so on, bytes; and some more for what is around a chunk. */
const SMALLEST_ROOM_BYTES = 64 * 1024
const MORE_BYTES = 512

/** After so long without a chunk, nothing is kept, ms. */
const KEEP_FOR_MS = 5000

/**
 * @param keepBytes how much is kept for chunks to come, at most.
 * @param keepForMs how long without a chunk.
 * @param newRoom new memory. @default such as is sent without being copied, and read by other threads
 */
export function createChunkMemory(
  keepBytes: number,
  keepForMs = KEEP_FOR_MS,
  newRoom: (bytes: number) => Buffer = newChunkBuffer,
): ChunkMemory {
  const free = new Map<number, Buffer[]>()
  let freeBytes = 0
  let idle: NodeJS.Timeout | undefined
  function forgetAll(): void {
    free.clear()
    freeBytes = 0
    idle = undefined
  }
  function keep(room: Buffer): void {
    if (freeBytes + room.length > keepBytes) return
    const alike = free.get(room.length)
    if (alike === undefined) free.set(room.length, [room])
    else alike.push(room)
    freeBytes += room.length
    if (idle === undefined) idle = setTimeout(forgetAll, keepForMs).unref()
    else idle.refresh()
  }
  return {
    take(bytes) {
      const roomBytes = 2 ** Math.ceil(Math.log2(Math.max(bytes - MORE_BYTES, SMALLEST_ROOM_BYTES))) + MORE_BYTES
      const kept = free.get(roomBytes)?.pop()
      if (kept !== undefined) freeBytes -= roomBytes
      const room = kept ?? newRoom(roomBytes)
      return { data: room.subarray(0, bytes), reuse: () => keep(room) }
    },
  }
}
