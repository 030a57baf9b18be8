import type { UploadChunkInput } from './generated/filetransfer/UploadChunk.ts'

/** Room for all of an UploadChunk but its data, bytes: a file id of 32 characters and four numbers take 70. */
const HEADROOM_BYTES = 128

/** UploadChunk.data on the wire: field 4, a length and so many bytes. */
const DATA_TAG = (4 << 3) | 2

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
 * of it. That memory must not be changed before the chunk is acknowledged.
 *
 * @param serialize encodes messages of this type as usual; given every field but the data.
 */
export function encodeChunk(serialize: (chunk: UploadChunkInput) => Buffer, chunk: UploadChunkInput): Buffer {
  const { data, ...fields } = chunk
  if (!Buffer.isBuffer(data)) return serialize(chunk)
  const head = Buffer.concat([serialize(fields), Buffer.from([DATA_TAG, ...varint(data.length)])])
  const start = data.byteOffset - head.length
  if (!withHeadroom.has(data.buffer) || data.byteOffset !== HEADROOM_BYTES || start < 0)
    return Buffer.concat([head, data])
  const message = Buffer.from(data.buffer, start, head.length + data.length)
  head.copy(message)
  return message
}

/** A length as protobuf writes it: seven bits in each byte, the lowest first. */
function varint(value: number): number[] {
  const bytes: number[] = []
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return [...bytes, rest]
    bytes.push((rest % 128) | 128)
  }
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
