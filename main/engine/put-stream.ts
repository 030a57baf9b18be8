import { type ClientDuplexStream, status } from '@grpc/grpc-js'
import type { FinishedFile } from '../../proto/generated/filetransfer/FinishedFile.ts'
import type { PutFileInput } from '../../proto/generated/filetransfer/PutFile.ts'
import type { PutFileReply } from '../../proto/generated/filetransfer/PutFileReply.ts'
import { cancelSoon } from './cancel.ts'
import { fromReason, fromServiceError, isServiceError, UploadError } from './errors.ts'

type Call = ClientDuplexStream<PutFileInput, PutFileReply>
/** A small file that is finished, and how long that took the receiver, ms. */
export type StoredFile = { readonly finished: FinishedFile; readonly storeMs: number }

type Waiter = { resolve(file: StoredFile): void; reject(error: unknown): void }
type Stream = { readonly call: Call; readonly waiting: Map<string, Waiter>; unanswered: number; quiet: NodeJS.Timeout }

/** A stream that nothing goes over any more ends after this, ms: long enough to find the next small files in the queue. */
const IDLE_MS = 1000

/** With files on their way and no answer for this long, the stream is given up, ms. Keepalive notices dead peers before. */
const STALLED_AFTER_MS = 60_000

/** Many small files over one stream: opened with the first, ended when none follow, opened anew by the next after it broke. */
export function createPutStream(open: () => Call) {
  let current: Stream | undefined

  function begin(): Stream {
    const call = open()
    const stream: Stream = { call, waiting: new Map(), unanswered: 0, quiet: setTimeout(() => undefined, 0) }
    call.on('data', (reply: PutFileReply) => onReply(stream, reply))
    call.on('error', (error: Error) => end(stream, isServiceError(error) ? fromServiceError(error) : error))
    call.on('status', ({ code }) => {
      if (code === status.OK)
        end(stream, new UploadError('UNREACHABLE', 'The receiver ended the stream too early.', 'retry'))
    })
    return stream
  }

  function onReply(stream: Stream, { uploadKey, finished, refused, storeMicros }: PutFileReply): void {
    stream.unanswered -= 1
    watch(stream)
    const waiter = stream.waiting.get(uploadKey)
    stream.waiting.delete(uploadKey)
    if (finished) waiter?.resolve({ finished, storeMs: storeMicros / 1000 })
    else
      waiter?.reject(
        fromReason(refused?.reason ?? 'RECEIVER_ERROR', refused?.message ?? 'The receiver gave no reason.'),
      )
  }

  /** Looks after the stream from what happened just now. */
  function watch(stream: Stream): void {
    clearTimeout(stream.quiet)
    if (stream !== current) return
    stream.quiet = setTimeout(
      () => {
        if (stream.unanswered === 0) finish(stream)
        else end(stream, new UploadError('UNREACHABLE', 'The receiver stopped answering.', 'retry'))
      },
      stream.unanswered === 0 ? IDLE_MS : STALLED_AFTER_MS,
    )
  }

  function finish(stream: Stream): void {
    if (stream === current) current = undefined
    stream.call.end()
  }

  /** Nothing more comes over this stream; whoever waits is told. */
  function end(stream: Stream, error: unknown): void {
    clearTimeout(stream.quiet)
    if (stream === current) current = undefined
    for (const { reject } of stream.waiting.values()) reject(error)
    stream.waiting.clear()
    // Only cancel tells the receiver that we are gone.
    cancelSoon(stream.call)
  }

  return {
    /** Sends one file and waits for its answer. Fails with an UploadError, or with the signal's reason; then the receiver may still store it. */
    async put(file: PutFileInput & { uploadKey: string }, signal: AbortSignal): Promise<StoredFile> {
      signal.throwIfAborted()
      current ??= begin()
      const stream = current
      const answered = new Promise<StoredFile>((resolve, reject) => {
        stream.waiting.set(file.uploadKey, { resolve, reject })
      })
      const abort = (): void => stream.waiting.get(file.uploadKey)?.reject(signal.reason)
      signal.addEventListener('abort', abort, { once: true })
      stream.unanswered += 1
      stream.call.write(file)
      watch(stream)
      try {
        return await answered
      } finally {
        signal.removeEventListener('abort', abort)
        stream.waiting.delete(file.uploadKey)
      }
    },
    close(): void {
      if (current !== undefined) end(current, new UploadError('UNREACHABLE', 'The connection was closed.', 'retry'))
    },
  }
}
