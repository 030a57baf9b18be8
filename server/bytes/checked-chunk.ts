import type { Offset } from './to-offset.ts'

/** Data whose checksum was right. */
export type CheckedChunk = {
  readonly offset: Offset
  readonly data: Buffer
  readonly crc32: number
  /** Whose turn storing it takes; see {@link senderOf}. */
  readonly sender: string
}
