import { constants, type ServerHttp2Stream } from 'node:http2'
import { Metadata, type ServerInterceptingCallInterface, status } from '@grpc/grpc-js'
import { REASON_KEY } from '../proto/limits.ts'
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
  #heldFrames = 0
  #heldBytes = 0
  /** Frames that grpc-js took, and that are part of a message that is not whole. */
  #partFrames = 0
  #partBytes = 0
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
      if (data instanceof Uint8Array) this.#hold(1, data.length)
      const takesMore = push(data, ...rest)
      if (data instanceof Uint8Array) onHeld()
      return takesMore
    }
    // Before the listener of grpc-js, which would begin to decompress.
    stream.prependListener('data', (data: Buffer) => this.#take(data))
    stream.once('close', () => this.#hold(-this.#heldFrames, -this.#heldBytes))
  }

  /** The call is one that a handler serves. */
  serve(call: ServerInterceptingCallInterface, takesCompressed: boolean): void {
    this.#call = call
    this.#takesCompressed = takesCompressed
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

  #lookAtMessages(nowMs: number): void {
    // Held up by the receiver, or waiting behind the other calls of its connection.
    const isHeld = this.#stream.readableFlowing === false && this.#call !== undefined
    const { isUnheard } = this.#progress
    if (isHeld || (isUnheard && nowMs - this.#connection.progressMs < this.#limits.firstMessageMs)) {
      this.#progress.wait(nowMs)
    } else if (this.#progress.isStalled(nowMs)) {
      this.#refuse(new ReceiveError('STALLED', 'Nothing arrived, or next to nothing, for too long.'))
    }
  }

  #lookAtAnswers(nowMs: number): void {
    if (this.#stream.writableLength === 0) {
      this.#unreadSinceMs = undefined
      return
    }
    this.#unreadSinceMs ??= nowMs
    if (nowMs - this.#unreadSinceMs >= this.#limits.stallMs) this.#stream.close(constants.NGHTTP2_CANCEL)
  }

  #take(data: Buffer): void {
    const nowMs = performance.now()
    if (this.#progress.take(data, nowMs)) this.#connection.progressMs = nowMs
    this.#partFrames++
    this.#partBytes += data.length
    const { frames } = this.#progress
    if (frames.isCompressed && !this.#takesCompressed) {
      this.#refuse(new ReceiveError('COMPRESSED', 'This call takes no compressed messages.'))
    }
    if (frames.isInside) return
    this.#hold(-this.#partFrames, -this.#partBytes)
    this.#partFrames = 0
    this.#partBytes = 0
  }

  #hold(frames: number, bytes: number): void {
    this.#heldFrames += frames
    this.#heldBytes += bytes
    this.#connection.hold(frames, bytes)
  }

  /** Nothing is left to tell a call that grpc-js has refused already. */
  #refuse(error: ReceiveError): void {
    if (this.#call === undefined) {
      this.#stream.close(constants.NGHTTP2_CANCEL)
      return
    }
    const metadata = new Metadata()
    metadata.set(REASON_KEY, error.code)
    this.#call.sendStatus({ code: status[error.status], details: error.message, metadata })
  }
}
