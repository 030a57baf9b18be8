import { crc32 } from 'node:zlib'
import type { Offset } from './to-offset.ts'

/** A chunk as it came, with a checksum that has to be compared. */
export type IncomingChunk = {
  readonly offset: Offset
  readonly data: Buffer
  readonly crc32: number
  /** For whom the fair queue stores it; see {@link senderOf}. */
  readonly sender: string
}

/** A chunk whose checksum is that of its data. Only {@link checkChunk} and {@link withChecksum} make one. */
export type CheckedChunk = IncomingChunk & { readonly checked: unique symbol }

/** Compares the checksum of a chunk with its data; undefined when they differ. */
export function checkChunk(chunk: IncomingChunk): CheckedChunk | undefined {
  return crc32(chunk.data) === chunk.crc32 ? (chunk as CheckedChunk) : undefined
}

/** Computes the checksum of data that came without one, or was compared by other means. */
export function withChecksum(chunk: Omit<IncomingChunk, 'crc32'>): CheckedChunk {
  return { ...chunk, crc32: crc32(chunk.data) } as CheckedChunk
}
