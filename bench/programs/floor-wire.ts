/**
 * What both ends of the floor agree on: gRPC whose messages are bytes, a chunk behind a head of fixed length, and the
 * digest of a whole file.
 */
import { createHash } from 'node:crypto'
import { createXXHash128 } from 'hash-wasm'

export const CHUNK_BYTES = 1024 * 1024

/** Streams, each over a connection of its own. */
export const LANES = 4

/** Chunks of one stream that are not acknowledged yet. */
export const IN_FLIGHT = 4

/** The serialiser of every message: it hands bytes through. */
export const sameBytes = (bytes: Buffer): Buffer => bytes

const serialisers = {
  requestSerialize: sameBytes,
  requestDeserialize: sameBytes,
  responseSerialize: sameBytes,
  responseDeserialize: sameBytes,
}
const unary = { requestStream: false, responseStream: false, ...serialisers }

export const floorService = {
  /** The name of a file → four bytes, its number. */
  begin: { path: '/bench.Floor/Begin', ...unary },
  /** Chunks behind heads → of each that is written, the first {@link ACK_BYTES} of its head. */
  chunks: { path: '/bench.Floor/Chunks', requestStream: true, responseStream: true, ...serialisers },
  /** The number of a file → its digest in hex, once its content is on the disk. */
  finish: { path: '/bench.Floor/Finish', ...unary },
} as const

/** In front of the data of each chunk. */
export type Head = {
  /** What the sender knows the chunk by. */
  readonly slot: number
  readonly file: number
  readonly crc: number
  readonly offset: number
}

export const HEAD_BYTES = 20
export const ACK_BYTES = 4

export function writeHead(message: Buffer, { slot, file, crc, offset }: Head): void {
  message.writeUInt32BE(slot, 0)
  message.writeUInt32BE(file, ACK_BYTES)
  message.writeUInt32BE(crc, 8)
  message.writeDoubleBE(offset, 12)
}

export function readHead(message: Buffer): Head {
  return {
    slot: message.readUInt32BE(0),
    file: message.readUInt32BE(ACK_BYTES),
    crc: message.readUInt32BE(8),
    offset: message.readDoubleBE(12),
  }
}

/** The digest of a file that comes in order. */
export type Digest = { update(data: Buffer): unknown; hex(): string }

/** `none`, `xxh128`, or what node:crypto knows; with `none` every file has the same, an empty one. */
export async function createDigest(kind: string): Promise<Digest> {
  if (kind === 'none') return { update: () => undefined, hex: () => '' }
  if (kind === 'xxh128') {
    const xxh128 = (await createXXHash128()).init()
    return { update: (data) => xxh128.update(data), hex: () => xxh128.digest() }
  }
  const hash = createHash(kind)
  return { update: (data) => hash.update(data), hex: () => hash.digest('hex') }
}
