import type { CallOptions, ClientUnaryCall, ServiceError } from '@grpc/grpc-js'
import { cancelSoon } from '../base/cancel.ts'
import { fromServiceError } from '../base/errors.ts'

/** A question with a short answer fails after this, ms; transfers have no deadline but notice when nothing moves. */
const ANSWER_WITHIN_MS = 30_000

type Ask<T> = (options: CallOptions, done: (error: ServiceError | null, value?: T) => void) => ClientUnaryCall

/**
 * One question, one answer: the callback style of grpc-js as a promise that can be aborted. Fails with an UploadError,
 * or with the reason of `signal`.
 */
export function ask<T>(call: Ask<T>, signal: AbortSignal, withinMs = ANSWER_WITHIN_MS): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    signal.throwIfAborted()
    const cancel = (): void => cancelSoon(sent)
    const sent = call({ deadline: Date.now() + withinMs }, (error, value) => {
      signal.removeEventListener('abort', cancel)
      if (signal.aborted) reject(signal.reason)
      else if (error) reject(fromServiceError(error))
      else resolve(value as T)
    })
    signal.addEventListener('abort', cancel, { once: true })
  })
}
