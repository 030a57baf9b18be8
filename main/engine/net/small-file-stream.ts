import { type ClientDuplexStream, status } from '@grpc/grpc-js'
import type { FinishedFile } from '../../../proto/generated/filetransfer/FinishedFile.ts'
import type { PutFileInput } from '../../../proto/generated/filetransfer/PutFile.ts'
import type { PutFileReply } from '../../../proto/generated/filetransfer/PutFileReply.ts'
import { readShortage } from '../../../proto/shortage.ts'
import { cancelSoon } from '../base/cancel.ts'
import { fromReason, fromServiceError, isServiceError, UploadError } from '../base/errors.ts'

type Call = ClientDuplexStream<PutFileInput, PutFileReply>
/** A small file that is finished, and how long that took the receiver, ms. */
export type StoredSmallFile = { readonly finished: FinishedFile; readonly storeMs: number }

/** Waits for the answer to one file. Whoever asked may be gone; the receiver answers all the same. */
type Waiter = { resolve(file: StoredSmallFile): void; reject(error: unknown): void; readonly over: Promise<unknown> }
/** `waiting`: every file that is not answered yet, by its key, which is all that an answer names it by. */
type Stream = { readonly call: Call; readonly waiting: Map<string, Waiter>; quiet: NodeJS.Timeout }

/**
 * A stream that nothing goes over any more ends after this, ms: long enough to find the next small files in the queue.
 */
const IDLE_MS = 1000

/**
 * With files on their way and no answer for this long, the stream is given up, ms. Keepalive notices dead peers before.
 */
const STALLED_AFTER_MS = 60_000

/**
 * Many small files over one stream: opened with the first, ended when none follow, opened anew by the next after it
 * broke.
 */
export function createSmallFileStream(open: () => Call) {
  let current: Stream | undefined

  function begin(): Stream {
    const call = open()
    const stream: Stream = { call, waiting: new Map(), quiet: setTimeout(() => undefined, 0) }
    call.on('data', (reply: PutFileReply) => onReply(stream, reply))
    call.on('error', (error: Error) => end(stream, isServiceError(error) ? fromServiceError(error) : error))
    call.on('status', ({ code }) => {
      if (code === status.OK) end(stream, new UploadError('UNREACHABLE', 'The receiver ended the stream too early.'))
    })
    return stream
  }

  function onReply(stream: Stream, { uploadKey, finished, refused, storeMicros }: PutFileReply): void {
    const waiter = stream.waiting.get(uploadKey)
    stream.waiting.delete(uploadKey)
    watch(stream)
    if (finished) waiter?.resolve({ finished, storeMs: storeMicros / 1000 })
    else
      waiter?.reject(
        fromReason(refused?.reason ?? 'RECEIVER_ERROR', refused?.message ?? 'The receiver gave no reason.', {
          shortage: readShortage(refused?.shortage?.neededBytes, refused?.shortage?.leftBytes),
        }),
      )
  }

  /** Looks after the stream from what happened just now. */
  function watch(stream: Stream): void {
    clearTimeout(stream.quiet)
    if (stream !== current) return
    stream.quiet = setTimeout(
      () => {
        if (stream.waiting.size === 0) finish(stream)
        else end(stream, new UploadError('UNREACHABLE', 'The receiver stopped answering.'))
      },
      stream.waiting.size === 0 ? IDLE_MS : STALLED_AFTER_MS,
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

  const earlier = (uploadKey: string): Waiter | undefined => current?.waiting.get(uploadKey)

  function answerTo(stream: Stream, uploadKey: string): Promise<StoredSmallFile> {
    let settle: Pick<Waiter, 'resolve' | 'reject'> | undefined
    const answered = new Promise<StoredSmallFile>((resolve, reject) => {
      settle = { resolve, reject }
    })
    if (settle !== undefined) stream.waiting.set(uploadKey, { ...settle, over: answered.catch(() => undefined) })
    return answered
  }

  return {
    /**
     * Sends one file and waits for its answer. Fails with an UploadError, or with the signal's reason; then the
     * receiver may still store it.
     */
    async send(file: PutFileInput & { uploadKey: string }, signal: AbortSignal): Promise<StoredSmallFile> {
      signal.throwIfAborted()
      // A file that went by the same key and was given up has to be answered first: the answers could not be told
      // apart.
      for (let before = earlier(file.uploadKey); before !== undefined; before = earlier(file.uploadKey))
        await orAborted(before.over, signal)
      current ??= begin()
      const stream = current
      const answered = answerTo(stream, file.uploadKey)
      stream.call.write(file)
      watch(stream)
      return orAborted(answered, signal)
    },
    close(): void {
      if (current !== undefined) end(current, new UploadError('UNREACHABLE', 'The connection was closed.'))
    },
  }
}

/** What `promise` comes to, unless `signal` aborts before. */
async function orAborted<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  let abort: (() => void) | undefined
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(signal.reason)
    signal.addEventListener('abort', abort, { once: true })
  })
  try {
    return await Promise.race([promise, aborted])
  } finally {
    if (abort !== undefined) signal.removeEventListener('abort', abort)
  }
}
