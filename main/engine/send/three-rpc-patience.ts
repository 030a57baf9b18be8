/**
 * How long a three-rpc receiver is waited for, ms: it acknowledges nothing on the way, so only this tells one that
 * works from one that stopped.
 */
export type Patience = {
  /** For it to tell what it holds. */
  readonly queryMs: number
  /** For the connection to take a chunk of so many bytes. */
  readonly takeMs: (bytes: number) => number
  /** For the answer to everything; then it is asked whether it has the file. */
  readonly answerMs: number
  /** For it to read a file of so many bytes again. */
  readonly checkMs: (sizeBytes: number) => number
}

/** A slow disk still reads so much, bytes a second. */
const READ_BYTES_PER_SECOND = 10_000_000

/** A slow network still takes so much, bytes a second, and nothing tells how far it is with a chunk. */
const TAKE_BYTES_PER_SECOND = 20_000

export const usualPatience: Patience = {
  queryMs: 30_000,
  takeMs: (bytes) => 60_000 + (bytes / TAKE_BYTES_PER_SECOND) * 1000,
  answerMs: 20_000,
  checkMs: (sizeBytes) => 30_000 + (sizeBytes / READ_BYTES_PER_SECOND) * 1000,
}
