import { isServiceError, proxyLimit, type UploadError } from '../base/errors.ts'

/** Tells a proxy that limits the size of a request from a network that breaks now and then. Of one queue, by receiver. */
export type StreamCuts = {
  /**
   * What an attempt that sent `sentBytes` ended with; returns what it must have been instead, if that is certain by now.
   *
   * @param runId the same as long as the receiver was not started again: one that was killed ends streams in the same words.
   */
  judge(receiver: string, runId: string, error: unknown, sentBytes: number): UploadError | undefined
  /** An attempt came to its end. */
  forget(receiver: string): void
}

/**
 * Where acknowledgements went through before the limit was reached, nginx answers no “413” any more: it resets the stream, with code 2, and leaves the
 * connection open. So many attempts in a row that end like that are no accident.
 */
const CERTAIN_AFTER = 3

/** A limit of less stops a request before anything was acknowledged, bytes; nginx has 1 MB. */
const LEAST_BYTES = 512 * 1024

/** With a limit above this, going on from there costs little, bytes: nobody needs to hear of it. */
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
