import type { EventEmitter } from 'node:events'
import type { Readable } from 'node:stream'
import type {
  handleBidiStreamingCall,
  handleClientStreamingCall,
  handleServerStreamingCall,
  handleUnaryCall,
  ServerDuplexStream,
  ServerReadableStream,
  ServerWritableStream,
  ServiceError,
} from '@grpc/grpc-js'
import { ReceiveError, toReceiveError } from '../base/errors.ts'
import type { OnUnexpected } from '../base/unexpected.ts'
import { type Admitted, admittedOf, finishMessage } from './caller.ts'
import { toStatus } from './grpc-status.ts'

/** Passes a reply on; see {@link answering}. */
export type Send<Reply> = (reply: Reply) => Promise<boolean>

/** The messages of a call, one at a time. Each counts as held by the call until the next one is asked for. */
export type Messages<Request> = AsyncIterator<Request> & {
  /** The message that was taken last is worked on for longer. Answers what to call, once, when it is done with. */
  keep(): () => void
}

/** A stream the receiver writes to. */
type Outgoing = ServerWritableStream<unknown, unknown> | ServerDuplexStream<unknown, unknown>

/** A call that may be cancelled by its caller or by its deadline. */
type Cancellable = EventEmitter & { readonly cancelled: boolean }

/**
 * Wraps handlers so that whatever they throw, at once or later, becomes a status with a reason. An async function
 * handed to grpc-js as it is would turn its rejection into an unhandled one, and that ends the process with every
 * upload in it.
 */
export function answering(onUnexpected: OnUnexpected) {
  const refusalFor = (error: unknown): ServiceError => {
    const known = toReceiveError(error)
    if (known.code === 'INTERNAL') onUnexpected(error)
    return Object.assign(new Error(known.message), toStatus(known))
  }

  /** Ends a stream with a status, once. */
  const fail = (call: Outgoing, error: unknown): void => {
    if (!call.cancelled && !call.destroyed && !call.writableEnded) call.emit('error', refusalFor(error))
  }

  return {
    unary<Request, Reply>(
      handle: (request: Request, admitted: Admitted) => Promise<Reply>,
    ): handleUnaryCall<Request, Reply> {
      return (call, callback) => {
        settle(
          async () => {
            const admitted = admittedOf(call.metadata)
            // The message may come long after the call was let in, so the caller is checked again.
            admitted.mustBeValid()
            return whileWaitedFor(call, admitted, (waited) => handle(call.request, waited))
          },
          (reply) => callback(null, reply),
          (error) => callback(refusalFor(error)),
        )
      }
    },

    clientStream<Request, Reply>(
      handle: (requests: AsyncIterator<Request>, admitted: Admitted) => Promise<Reply>,
    ): handleClientStreamingCall<Request, Reply> {
      return (call, callback) => {
        let answered = false
        const refuse = (error: unknown) => {
          if (!answered && !call.cancelled) callback(refusalFor(error))
          answered = true
        }
        settle(
          () =>
            untilCut(call, admittedOf(call.metadata), refuse, (admitted) =>
              handle(messagesOf<Request>(call, admitted), admitted),
            ),
          (reply) => {
            if (!answered) callback(null, reply)
            answered = true
          },
          refuse,
        )
      }
    },

    /**
     * `send` resolves when the reply is on its way, so that the next one will not wait behind it: false when nobody
     * takes any more.
     */
    serverStream<Request, Reply>(
      handle: (request: Request, send: Send<Reply>, admitted: Admitted) => Promise<void>,
    ): handleServerStreamingCall<Request, Reply> {
      return (call) => {
        const isOver = () => call.destroyed || call.writableEnded || call.cancelled
        const send = async (reply: Reply) => {
          if (!isOver()) await written(call, reply)
          return !isOver()
        }
        const refuse = (error: unknown) => fail(call, error)
        settle(
          () => untilCut(call, admittedOf(call.metadata), refuse, (admitted) => handle(call.request, send, admitted)),
          () => call.end(),
          refuse,
        )
      }
    },

    /**
     * `send` resolves when the stream takes more; `sendOff` ends the stream at once, whatever the handler is waiting
     * for.
     */
    bothStreams<Request, Reply>(
      handle: (
        requests: Messages<Request>,
        send: (reply: Reply) => Promise<void>,
        sendOff: (error: ReceiveError) => void,
        admitted: Admitted,
      ) => Promise<void>,
    ): handleBidiStreamingCall<Request, Reply> {
      return (call) => {
        const sendOff = (error: unknown) => fail(call, error)
        const send = async (reply: Reply) => {
          if (call.destroyed || call.writableEnded || call.write(reply)) return
          await drained(call)
        }
        settle(
          () =>
            untilCut(call, admittedOf(call.metadata), sendOff, (admitted) =>
              handle(messagesOf<Request>(call, admitted), send, sendOff, admitted),
            ),
          () => call.end(),
          sendOff,
        )
      }
    },
  }
}

/** Sends the newest figure, and none while the one before is on its way: a slow reader misses some. */
export function oneAtATime(tell: (figure: number) => Promise<unknown>): (figure: number) => void {
  let isTelling = false
  return (figure) => {
    if (isTelling) return
    isTelling = true
    void tell(figure).finally(() => {
      isTelling = false
    })
  }
}

/**
 * The messages of a call, one at a time: the next is not read before it is asked for, and that holds the sender back.
 * Leaving early must not destroy the stream, or on Node 20 the last answer and the status would be lost.
 */
function messagesOf<Request>(
  call: ServerReadableStream<Request, unknown> | ServerDuplexStream<Request, unknown>,
  admitted: Admitted,
): Messages<Request> {
  readOnDemand(call)
  const messages: AsyncIterator<Request> = call.iterator({ destroyOnReturn: false })
  const finish = () => finishMessage(call.metadata)
  let isToFinish = false
  return {
    async next() {
      if (isToFinish) finish()
      isToFinish = true
      const next = await messages.next()
      admitted.mustBeValid()
      return next
    },
    keep() {
      isToFinish = false
      return finish
    },
  }
}

/**
 * Runs the handler of a stream; `cut` is called when its caller may not go on. A chunk that is being stored at that
 * moment is stored, and none after it.
 */
async function untilCut<T>(
  call: Cancellable,
  admitted: Admitted,
  cut: (error: ReceiveError) => void,
  handle: (admitted: Admitted) => Promise<T>,
): Promise<T> {
  admitted.mustBeValid()
  const leave = admitted.onCut(cut)
  try {
    return await whileWaitedFor(call, admitted, handle)
  } finally {
    leave()
  }
}

/** Runs a handler with a signal that aborts when nobody waits for its answer any more; see {@link Admitted.gone}. */
async function whileWaitedFor<T>(
  call: Cancellable,
  admitted: Admitted,
  handle: (admitted: Admitted) => Promise<T>,
): Promise<T> {
  const gone = new AbortController()
  const cancel = () => gone.abort(new ReceiveError('STALLED', 'Nobody waits for the answer any more.'))
  call.once('cancelled', cancel)
  const leave = admitted.onCut((error) => gone.abort(error))
  if (call.cancelled) cancel()
  try {
    return await handle({ ...admitted, gone: gone.signal })
  } finally {
    leave()
    call.removeListener('cancelled', cancel)
  }
}

/**
 * grpc-js lets a call read sixteen messages ahead, whatever their length: 256 MiB for a stream whose handler waits.
 * Neither grpc-js nor Node has a public option for a stream that exists. Where the internal state does not look as
 * expected, the call keeps its sixteen.
 */
function readOnDemand(call: Readable): void {
  const state: unknown = Reflect.get(call, '_readableState')
  if (typeof state === 'object' && state !== null && 'highWaterMark' in state) state.highWaterMark = 0
}

/** Resolves when the stream takes more, or never will. */
function drained(call: Outgoing): Promise<void> {
  return until(call, (done) => call.once('drain', done))
}

/** Writes, and resolves when the stream has passed it on, or never will. */
function written(call: Outgoing, reply: unknown): Promise<void> {
  return until(call, (done) => call.write(reply, done))
}

/** Resolves when `begin` calls back, or the call is over. */
function until(call: Outgoing, begin: (done: () => void) => void): Promise<void> {
  return new Promise((resolve) => {
    const ends = ['close', 'error', 'cancelled'] as const
    const done = () => {
      for (const end of ends) call.removeListener(end, done)
      resolve()
    }
    for (const end of ends) call.on(end, done)
    begin(done)
  })
}

/** Runs an async function to its end; nothing it throws gets past this. */
function settle<T>(run: () => Promise<T>, succeed: (value: T) => void, refuse: (error: unknown) => void): void {
  void (async () => {
    try {
      succeed(await run())
    } catch (error) {
      refuse(error)
    }
  })()
}
