import type { ClientWritableStream, ServiceError } from '@grpc/grpc-js'
import type { FileChunkInput } from '../../../proto/generated/filetransfer/FileChunk.ts'
import type { UploadStatus } from '../../../proto/generated/filetransfer/UploadStatus.ts'
import { cancelSoon } from '../base/cancel.ts'
import { fromServiceError, UploadError } from '../base/errors.ts'
import type { Connection } from './connection.ts'

/** How an `Upload` call ended. */
export type ThreeRpcAnswer =
  | { readonly kind: 'success' }
  /** With or without a status; `error` says which. */
  | { readonly kind: 'failure'; readonly error: UploadError }

/**
 * One `Upload` call to a receiver that knows only the first three rpcs, which answers once, at a time of its own choice
 * or never.
 */
export type ThreeRpcCall = {
  /** Undefined until there is one. What comes after the first changes nothing. */
  readonly answer: ThreeRpcAnswer | undefined
  /**
   * Resolves when the connection took the chunk, or the receiver has answered and will take no more; answers which.
   * Fails with UNREACHABLE when neither happens within `withinMs`.
   */
  write(chunk: FileChunkInput, withinMs: number): Promise<'taken' | 'answered'>
  /** Says that no further chunk comes. */
  end(): void
  /** Resolves when there is an answer, or after `withinMs`. */
  answeredWithin(withinMs: number): Promise<void>
  /** Aborts when there is an answer. */
  readonly answered: AbortSignal
  /** Leaves the call, whatever became of it. */
  close(): void
}

/** @param sentBytes how much of the file was sent so far, for what a person reads when the call fails */
export function openThreeRpcCall(
  connection: Connection,
  fileId: string,
  sentBytes: () => number,
  signal: AbortSignal,
): ThreeRpcCall {
  let answer: ThreeRpcAnswer | undefined
  const answered = new AbortController()
  signal.throwIfAborted()
  const call: ClientWritableStream<FileChunkInput> = connection.openThreeRpcUpload(fileId, (error, value) => {
    answer ??= toAnswer(error, value, sentBytes())
    answered.abort()
  })
  const cancel = (): void => cancelSoon(call)
  signal.addEventListener('abort', cancel, { once: true })

  /** Resolves when `isThere` calls back, when there is an answer, or after `withinMs`; answers which. */
  function first(withinMs: number, isThere: (callBack: () => void) => void): Promise<'there' | 'answered' | 'late'> {
    return new Promise((resolve) => {
      if (answered.signal.aborted) return resolve('answered')
      const settle = (which: 'there' | 'answered' | 'late'): void => {
        clearTimeout(timer)
        answered.signal.removeEventListener('abort', onAnswer)
        resolve(which)
      }
      const onAnswer = (): void => settle('answered')
      const timer = setTimeout(() => settle('late'), withinMs)
      answered.signal.addEventListener('abort', onAnswer, { once: true })
      isThere(() => settle('there'))
    })
  }

  return {
    get answer() {
      return answer
    },
    answered: answered.signal,
    async write(chunk, withinMs) {
      const which = await first(withinMs, (callBack) => call.write(chunk, callBack))
      if (which === 'late') throw silent(`took no chunk within ${Math.round(withinMs / 100) / 10} s`)
      return which === 'there' ? 'taken' : 'answered'
    },
    end: () => void call.end(),
    async answeredWithin(withinMs) {
      await first(withinMs, () => undefined)
    },
    close() {
      signal.removeEventListener('abort', cancel)
      cancel()
    },
  }
}

/** A receiver that is there and does not do its part: a new connection may help, or somebody who looks after it. */
export function silent(what: string, cause?: unknown): UploadError {
  return new UploadError('UNREACHABLE', `The receiver ${what}.`, { cause })
}

function toAnswer(error: ServiceError | null, value: UploadStatus | undefined, sentBytes: number): ThreeRpcAnswer {
  if (error) return { kind: 'failure', error: fromServiceError(error, sentBytes) }
  if (value?.success) return { kind: 'success' }
  const said = value?.message ? `: ${value.message}` : ' that it was no success, and not why'
  return { kind: 'failure', error: new UploadError('INCOMPLETE', `The receiver answered${said}`) }
}
