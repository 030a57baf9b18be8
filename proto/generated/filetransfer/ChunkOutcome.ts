// Original file: file_transfer.proto

/**
 * What became of a chunk.
 */
export const ChunkOutcome = {
  /**
   * Written and recorded: it survives a crash of the receiver.
   */
  STORED: 'STORED',
  /**
   * It was stored before; nothing was written.
   */
  DUPLICATE: 'DUPLICATE',
  /**
   * Its checksum was wrong: it arrived damaged and has to be sent again.
   */
  CORRUPT: 'CORRUPT',
} as const;

/**
 * What became of a chunk.
 */
export type ChunkOutcomeInput =
  /**
   * Written and recorded: it survives a crash of the receiver.
   */
  | 'STORED'
  | 0
  /**
   * It was stored before; nothing was written.
   */
  | 'DUPLICATE'
  | 1
  /**
   * Its checksum was wrong: it arrived damaged and has to be sent again.
   */
  | 'CORRUPT'
  | 2

/**
 * What became of a chunk.
 */
export type ChunkOutcome = typeof ChunkOutcome[keyof typeof ChunkOutcome]
