import { type ChunkRoom, createChunkMemory } from '../../proto/messages/chunk-memory.ts'
import { countArrived } from './young-garbage.ts'

/** So much memory is kept for messages to come, bytes: what one busy sender has on its way. */
const KEPT_BYTES = 16 * 1024 ** 2

/** Memory that threads share is filled in other, slower ways. */
const memory = createChunkMemory(KEPT_BYTES, undefined, Buffer.allocUnsafeSlow)

/** Who still reads what is in a room. When nobody does, another message gets it. */
type Room = { readonly room: ChunkRoom; readers: number }

const rooms = new WeakMap<ArrayBufferLike, Room>()

/**
 * Memory for a message of so many bytes, with one reader. New memory for each has to be collected again, which takes as
 * long as storing it. When nobody calls {@link release} for a reader, the memory is collected as any other, and is not
 * used again.
 */
export function takeRoom(bytes: number): Buffer {
  countArrived(bytes)
  const room = memory.take(bytes)
  rooms.set(room.data.buffer, { room, readers: 1 })
  return room.data
}

/** One reader more of data that is in a room; of any other, nothing happens. */
export function retain(data: Buffer): void {
  const known = rooms.get(data.buffer)
  if (known !== undefined) known.readers += 1
}

/** One reader less: it does not read these bytes again. */
export function release(data: Buffer): void {
  const known = rooms.get(data.buffer)
  if (known === undefined) return
  known.readers -= 1
  if (known.readers > 0) return
  rooms.delete(data.buffer)
  known.room.reuse()
}
