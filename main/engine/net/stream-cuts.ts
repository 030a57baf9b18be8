import { isServiceError, proxyLimit, type UploadError } from '../base/errors.ts'

/**
 * Distinguishes a proxy that limits the size of a request from a network that breaks now and then. For all uploads of
 * one queue, by receiver.
 */
export type StreamCuts = {
  /**
   * Judges the error of an attempt that sent `sentBytes`: answers the error that it must have been instead, once that
   * is certain.
   *
   * @param runId the same as long as the receiver was not started again: a receiver that is killed ends streams with
   * the same error.
   */
  judge(receiver: string, runId: string, error: unknown, sentBytes: number): UploadError | undefined
  /** An attempt came to its end. */
  forget(receiver: string): void
}

/**
 * When acknowledgements were sent before the limit is reached, nginx cannot answer “413” any more: it resets the stream
 * with code 2 and leaves the connection open. After this many such attempts in a row it is not an accident.
 */
const CERTAIN_AFTER = 3

/** With a lower limit a request ends before anything is acknowledged, bytes; the default of nginx is 1 MB. */
const LEAST_BYTES = 512 * 1024

/** With a limit above this, continuing costs little, bytes: nobody needs to be told. */
const MOST_BYTES = 64 * 1024 ** 2

export function createStreamCuts(): StreamCuts {
  const inARow = new Map<string, { readonly runId: string; readonly count: number }>()
  return {
    judge(receiver, runId, error, sentBytes) {
      const isCut = isReset(error) && sentBytes >= LEAST_BYTES && sentBytes <= MOST_BYTES
      const before = inARow.get(receiver)
      const count = isCut ? (before?.runId === runId ? before.count : 0) + 1 : 0
      inARow.set(receiver, { runId, count })
      if (count < CERTAIN_AFTER) return undefined
      inARow.delete(receiver)
      return proxyLimit({ cause: error })
    },
    forget: (receiver) => inARow.delete(receiver),
  }
}

function isReset(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined
  return isServiceError(cause) && /RST_STREAM with code 2\b/.test(cause.details)
}
