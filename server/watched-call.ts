import { constants, type ServerHttp2Stream } from 'node:http2'
import { Metadata, ServerInterceptingCall, type ServerInterceptingCallInterface, status } from '@grpc/grpc-js'
import { MAX_MESSAGE_BYTES, REASON_KEY } from '../proto/limits.ts'
import type { Connection } from './connection.ts'
import { ReceiveError } from './errors.ts'
import type { ReceiverLimits } from './limits.ts'
import { Progress } from './progress.ts'

/** How long a call whose answer is on its way may stay half open, ms. */
const LEAVE_WITHIN_MS = 1_000

/**
 * One call, watched from below: grpc-js hands whole messages to handlers and says nothing about the time between them, about how they arrive, and
 * about answers that nobody takes.
 */
export class WatchedCall {
  readonly #stream: ServerHttp2Stream
  readonly #connection: Connection
  readonly #limits: ReceiverLimits
  readonly #progress: Progress
  /** What the handler answers through; unset for a call that grpc-js refused by itself. */
  #call: ServerInterceptingCallInterface | undefined
  #takesCompressed = true
  #isRefused = false
  #heldFrames = 0
  #heldBytes = 0
  #unreadSinceMs: number | undefined
  #answeredMs: number | undefined

  /** @param onHeld called whenever the connection holds more than before */
  constructor(stream: ServerHttp2Stream, connection: Connection, limits: ReceiverLimits, onHeld: () => void) {
    this.#stream = stream
    this.#connection = connection
    this.#limits = limits
    this.#progress = new Progress(limits, performance.now())
    const push = stream.push.bind(stream)
    // Everything that arrives comes through here, also while nobody reads; there is no event for that.
    stream.push = (data: unknown, ...rest: []) => {
      if (!(data instanceof Uint8Array)) return push(data, ...rest)
      // Nobody is there to read it, and what waits for nobody must not be held.
      if (this.#isRefused || connection.isEnding || stream.destroyed) return true
      this.#hold(1, data.length)
      const takesMore = push(data, ...rest)
      onHeld()
      return takesMore
    }
    // Before the listener of grpc-js, which would begin to decompress.
    stream.prependListener('data', (data: Buffer) => this.#take(data))
    stream.once('close', () => this.#hold(-this.#heldFrames, -this.#heldBytes))
  }

  /** The call is one that a handler serves; answers what the handler is to answer through. */
  serve(call: ServerInterceptingCallInterface, takesCompressed: boolean): ServerInterceptingCall {
    this.#call = call
    this.#takesCompressed = takesCompressed
    return new ServerInterceptingCall(call, {
      // Behind a status there is no way for a message: trying it would reset the call before the status is out.
      sendMessage: (message, next) => {
        if (!this.#isRefused) next(message)
      },
    })
  }

  /** Ends the call when it has used up the receiver's patience. */
  look(nowMs: number): void {
    const stream = this.#stream
    if (stream.destroyed) return
    this.#lookAtAnswers(nowMs)
    if (stream.writableEnded) {
      this.#answeredMs ??= nowMs
      const leaveMs = stream.writableFinished ? LEAVE_WITHIN_MS : this.#limits.stallMs
      if (nowMs - this.#answeredMs >= leaveMs) stream.close(constants.NGHTTP2_NO_ERROR)
    } else if (!stream.readableEnded) this.#lookAtMessages(nowMs)
  }

  /** Tells the call why it ends here, lets go of what it holds, and leaves as soon as that is said. */
  end(error: ReceiveError): void {
    this.#refuse(error)
    // Of a message that is not whole, grpc-js keeps what it has until the call is gone.
    const { partPieces, partBytes } = this.#progress.frames
    this.#hold(partPieces - this.#heldFrames, partBytes - this.#heldBytes)
    this.#stream.removeAllListeners('data')
    this.#stream.resume()
    this.#stream.close(constants.NGHTTP2_NO_ERROR)
  }

  #lookAtMessages(nowMs: number): void {
    // Held up by the receiver, or waiting behind the other calls of its connection.
    const isHeld = this.#stream.readableFlowing === false && this.#call !== undefined
    const { isUnheard } = this.#progress
    if (isHeld || (isUnheard && nowMs - this.#connection.progressMs < this.#limits.firstMessageMs)) {
      this.#progress.wait(nowMs)
    } else if (this.#progress.isStalled(nowMs)) {
      this.#refuse(new ReceiveError('STALLED', this.#progress.lack))
    }
  }

  #lookAtAnswers(nowMs: number): void {
    if (this.#stream.writableLength === 0) {
      this.#unreadSinceMs = undefined
      return
    }
    this.#unreadSinceMs ??= nowMs
    const { stallMs } = this.#limits
    if (nowMs - this.#unreadSinceMs < stallMs) return
    // Whoever takes no answers does not hear this one either; the log does.
    this.#refuse(new ReceiveError('STALLED', `The sender took no answers within ${stallMs / 1000} s.`))
    this.#stream.close(constants.NGHTTP2_CANCEL)
  }

  #take(data: Buffer): void {
    const nowMs = performance.now()
    const { frames } = this.#progress
    const { partPieces, partBytes } = frames
    if (this.#progress.take(data, nowMs)) this.#connection.progressMs = nowMs
    // What is part of a message that is not whole is still held, by grpc-js; a piece may end one message and begin the next.
    this.#hold(frames.partPieces - partPieces - 1, frames.partBytes - partBytes - data.length)
    if (frames.isCompressed && !this.#takesCompressed) {
      this.#refuse(new ReceiveError('COMPRESSED', 'This call takes no compressed messages.'))
    }
    if (frames.longest > MAX_MESSAGE_BYTES) {
      const figures = `A message is ${frames.longest} bytes long, and the receiver takes at most ${MAX_MESSAGE_BYTES}.`
      this.#refuse(new ReceiveError('MESSAGE_TOO_LONG', `${figures} Send shorter chunks.`))
    }
  }

  #hold(frames: number, bytes: number): void {
    this.#heldFrames += frames
    this.#heldBytes += bytes
    this.#connection.hold(frames, bytes)
  }

  /** Nothing is left to tell a call that grpc-js has refused already. */
  #refuse(error: ReceiveError): void {
    if (this.#isRefused) return
    this.#isRefused = true
    if (this.#call === undefined) {
      this.#stream.close(constants.NGHTTP2_CANCEL)
      return
    }
    const metadata = new Metadata()
    metadata.set(REASON_KEY, error.code)
    this.#call.sendStatus({ code: status[error.status], details: error.message, metadata })
  }
}
