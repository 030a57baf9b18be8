import type { UploadChunkInput } from '../generated/filetransfer/UploadChunk.ts'
import type { MessageCodec } from './message-codec.ts'

/** Room for the prefix of a message and all of it but its data, bytes: an id of 32 characters and numbers take 75. */
const HEADROOM_BYTES = 128

/** The memory that {@link newChunkBuffer} handed out. */
const withHeadroom = new WeakSet<ArrayBufferLike>()

/**
 * Memory of this length for the data of a chunk. It can be sent without being copied into a message, and read by other
 * threads.
 */
export function newChunkBuffer(bytes: number): Buffer {
  const memory = Buffer.from(new SharedArrayBuffer(HEADROOM_BYTES + bytes))
  withHeadroom.add(memory.buffer)
  return memory.subarray(HEADROOM_BYTES)
}

/**
 * Encodes an UploadChunk. Data in memory of {@link newChunkBuffer} is not copied: the other fields are written in front
 * of it. That memory must not be changed before the chunk is acknowledged. Any other data is copied once.
 */
export function encodeChunk(codec: MessageCodec, chunk: UploadChunkInput): Buffer {
  const { data } = chunk
  const bytes = codec.size(chunk)
  if (!Buffer.isBuffer(data)) return codec.encode(chunk)
  const start = data.byteOffset + data.length - bytes
  const isInFront = withHeadroom.has(data.buffer) && data.byteOffset === HEADROOM_BYTES && start >= PREFIX_BYTES
  if (!isInFront || data.length === 0) return codec.encode(chunk)
  const message = Buffer.from(data.buffer, start, bytes)
  codec.write(chunk, message, 0)
  return message
}

/** A gRPC message is one byte that tells whether it is compressed, four with its length, and its body. */
const PREFIX_BYTES = 5

/**
 * A message with the prefix of gRPC in front of it, for one that {@link encodeChunk} made without a copy: that is not
 * copied here either. Undefined for any other.
 */
export function framedInPlace(message: Buffer): Buffer | undefined {
  const start = message.byteOffset - PREFIX_BYTES
  if (start < 0 || message.byteOffset > HEADROOM_BYTES || !withHeadroom.has(message.buffer)) return undefined
  const framed = Buffer.from(message.buffer, start, PREFIX_BYTES + message.length)
  framed.writeUInt8(0, 0)
  framed.writeUInt32BE(message.length, 1)
  return framed
}
