import type { Range } from '../../bytes/range-set.ts'

/** S3 numbers the parts of an object up to here. */
const MOST_PIECES = 10_000
/** S3 takes 5 MiB; larger ones are fewer requests, and this is a whole number of chunks. */
export const LEAST_PIECE_BYTES = 8 * 1024 ** 2
/** A piece is a whole number of these, bytes, so that no chunk of our own senders lies in two. */
const UNIT_BYTES = 1024 ** 2

/**
 * How a file is cut into the parts of a multipart upload: by its size alone, so that every node cuts it alike. The last
 * piece may be shorter.
 */
export class Pieces {
  readonly sizeBytes: number
  readonly pieceBytes: number
  /** One at least, also for an empty file. */
  readonly count: number

  constructor(sizeBytes: number, leastPieceBytes: number) {
    this.sizeBytes = sizeBytes
    this.pieceBytes = Math.max(leastPieceBytes, Math.ceil(sizeBytes / MOST_PIECES / UNIT_BYTES) * UNIT_BYTES)
    this.count = Math.max(1, Math.ceil(sizeBytes / this.pieceBytes))
  }

  /** Which piece a byte is in, from 0 on. */
  at(offset: number): number {
    return Math.floor(offset / this.pieceBytes)
  }

  range(piece: number): Range {
    const start = piece * this.pieceBytes
    return { start, end: Math.min(start + this.pieceBytes, this.sizeBytes) }
  }
}
