import { constants, type ServerHttp2Stream } from 'node:http2'
import { Metadata, ServerInterceptingCall, type ServerInterceptingCallInterface, status } from '@grpc/grpc-js'
import { MAX_MESSAGE_BYTES, REASON_KEY } from '../../proto/limits.ts'
import { ReceiveError } from '../base/errors.ts'
import type { Connection } from '../limits/connection.ts'
import type { ReceiverLimits } from '../limits/limits.ts'
import { messageLimitOf } from '../limits/message-limits.ts'
import { Progress } from '../limits/progress.ts'
import { Arriving } from './arriving.ts'
import { type Admitted, senderOf, watchCall } from './caller.ts'
import { type Held, Holding, STRANGERS } from './holding.ts'
import { decodeInRooms } from './message-decoder.ts'

/** How long a call whose answer is on its way may stay half open, ms. */
const LEAVE_WITHIN_MS = 1_000
/** What is around a call. */
export type Around = {
  readonly connection: Connection
  readonly limits: ReceiverLimits
  readonly held: Held
  /** Called whenever the call holds more than before. */
  readonly onHeld: (call: WatchedCall) => void
  /** Called when a call is let in of somebody who is no stranger. */
  readonly onKnown: () => void
}

/**
 * One call, watched below grpc-js: grpc-js hands whole messages to handlers, and tells nothing about the time between
 * them, about how they arrive, or about answers that are not read.
 */
export class WatchedCall {
  readonly #stream: ServerHttp2Stream
  readonly #around: Around
  readonly #progress: Progress
  readonly #holding: Holding
  /** What the handler answers through; unset for a call that grpc-js refused by itself. */
  #call: ServerInterceptingCallInterface | undefined
  #isRefused = false
  /** Nothing more that arrives is taken: the call has its answer, or is about to be told that it is refused. */
  #isDeaf = false
  #heldFrames = 0
  #heldBytes = 0
  #unreadSinceMs: number | undefined
  #answeredMs: number | undefined

  /** @param path which call it is, as in `/filetransfer.FileTransferService/Upload` */
  constructor(stream: ServerHttp2Stream, path: string, around: Around) {
    this.#stream = stream
    this.#around = around
    const { connection, limits, held } = around
    this.#holding = new Holding(held, connection.sender ?? STRANGERS)
    this.#progress = new Progress(limits, performance.now(), (bytes) => this.#holding.keepMessage(bytes))
    const limit = messageLimitOf(path)
    const arriving = limit && new Arriving(limit, (bytes) => this.#holding.request(bytes))
    const push = stream.push.bind(stream)
    // Everything that arrives comes through here, also while nobody reads; there is no event for that.
    stream.push = (data: unknown, ...rest: []) => {
      if (!(data instanceof Uint8Array)) return this.#pushEnd(() => push(data, ...rest))
      // No handler reads it, and bytes that nobody reads must not be kept.
      if (this.#isDeaf || this.#call === undefined || connection.isEnding || stream.destroyed) return true
      let takesMore = true
      for (const piece of this.#arrive(arriving, data)) {
        this.#hold(1, piece.length)
        takesMore = push(piece, ...rest)
      }
      around.onHeld(this)
      return takesMore
    }
    // Before the listener of grpc-js, which would begin to make objects of it.
    stream.prependListener('data', (data: Buffer) => this.#take(data))
    stream.once('close', () => {
      this.#hold(-this.#heldFrames, -this.#heldBytes)
      this.detach()
    })
  }

  /** For whom it counts. */
  get holder(): string {
    return this.#holding.holder
  }

  /** What it holds, messages that its handler works on included, bytes. */
  get holdsBytes(): number {
    return this.#holding.bytes
  }

  /** True when its holder has more than its share. */
  get isTooMuch(): boolean {
    return this.#holding.isTooMuch
  }

  /** The call is one that a handler serves; answers what the handler is to answer through. */
  serve(call: ServerInterceptingCallInterface): ServerInterceptingCall {
    this.#call = call
    decodeInRooms(call, MAX_MESSAGE_BYTES)
    return new ServerInterceptingCall(call, {
      start: (next) =>
        next({
          onReceiveMetadata: (metadata, pass) => {
            this.#watch(metadata)
            pass(metadata)
          },
          // What could not be made into a message; see `boundedService`.
          onReceiveMessage: (message, pass) => {
            if (message instanceof ReceiveError) this.#refuse(message)
            else pass(message)
          },
        }),
      // Behind a status there is no way for a message: trying it would reset the call before the status is out.
      sendMessage: (message, next) => {
        if (!this.#isRefused) next(message)
      },
      sendStatus: (answer, next) => {
        this.#isDeaf = true
        next(answer)
      },
    })
  }

  /** Ends the call when it is too slow or silent for too long. */
  look(nowMs: number): void {
    const stream = this.#stream
    if (stream.destroyed) return
    this.#lookAtAnswers(nowMs)
    if (stream.writableEnded) {
      this.#answeredMs ??= nowMs
      const leaveMs = stream.writableFinished ? LEAVE_WITHIN_MS : this.#around.limits.stallMs
      if (nowMs - this.#answeredMs < leaveMs) return
      stream.close(stream.writableFinished ? constants.NGHTTP2_NO_ERROR : constants.NGHTTP2_CANCEL)
    } else if (!stream.readableEnded) this.#lookAtMessages(nowMs)
  }

  /** From now on it counts for nobody. */
  detach(): void {
    this.#holding.leave()
  }

  /** Tells the call why it ends, frees what it holds, and closes it as soon as that is sent. */
  end(error: ReceiveError): void {
    const hasAnswered = this.#stream.headersSent
    this.#refuse(error)
    // Of a message that is not whole, grpc-js keeps what it has until the call is gone.
    const { partPieces, partBytes } = this.#progress.frames
    this.#hold(partPieces - this.#heldFrames, partBytes - this.#heldBytes)
    this.#stream.removeAllListeners('data')
    this.#stream.resume()
    // Closed before its trailers are out, Node 20 writes empty frames for ever, and all memory full of them.
    if (hasAnswered && !this.#stream.sentTrailers)
      this.#stream.once('wantTrailers', () => setImmediate(() => this.#leave()))
    else this.#leave()
  }

  #leave(): void {
    if (!this.#stream.destroyed) this.#stream.close(constants.NGHTTP2_NO_ERROR)
  }

  #lookAtMessages(nowMs: number): void {
    // Held up by the receiver, or waiting behind the other calls of its connection.
    const isHeld = this.#stream.readableFlowing === false && this.#call !== undefined
    const { isUnheard } = this.#progress
    const { connection, limits } = this.#around
    if (isHeld || (isUnheard && nowMs - connection.progressMs < limits.firstMessageMs)) {
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
    const { stallMs } = this.#around.limits
    if (nowMs - this.#unreadSinceMs < stallMs) return
    // A caller that reads no answers does not read this one either; the log has it.
    this.#refuse(new ReceiveError('STALLED', `The sender took no answers within ${stallMs / 1000} s.`))
    this.#stream.close(constants.NGHTTP2_CANCEL)
  }

  #watch(metadata: Metadata): void {
    watchCall(metadata, {
      admit: (admitted) => this.#admit(admitted),
      finishMessage: () => this.#holding.finishMessage(),
    })
  }

  #admit(admitted: Admitted): void {
    this.#holding.admit(admitted)
    if (admitted.caller.kind === 'stranger') return
    this.#around.connection.sender = senderOf(admitted)
    this.#around.onKnown()
  }

  /** What arrives, in the pieces in which it may be read; nothing of what is refused, which it then hears. */
  #arrive(arriving: Arriving | undefined, data: Uint8Array): readonly Uint8Array[] {
    try {
      return arriving?.take(data) ?? []
    } catch (error) {
      if (!(error instanceof ReceiveError)) throw error
      this.#isDeaf = true
      // Not while the connection is being read; see `Watch`.
      setImmediate(() => this.#refuse(error))
      return []
    }
  }

  /** The end of what arrives must not be taken for the end of a message that was refused before. */
  #pushEnd(push: () => boolean): boolean {
    if (!this.#isDeaf) return push()
    setImmediate(push)
    return false
  }

  #take(data: Buffer): void {
    const nowMs = performance.now()
    const { frames } = this.#progress
    const { partPieces, partBytes } = frames
    if (this.#progress.take(data, nowMs)) this.#around.connection.progressMs = nowMs
    // What is part of a message that is not whole is still held, by grpc-js; a piece may end one message and begin the
    // next.
    this.#hold(frames.partPieces - partPieces - 1, frames.partBytes - partBytes - data.length)
    this.#around.onHeld(this)
  }

  #hold(frames: number, bytes: number): void {
    this.#heldFrames += frames
    this.#heldBytes += bytes
    this.#around.connection.hold(frames, bytes)
    this.#holding.add(bytes)
  }

  /** Nothing is left to tell a call that grpc-js has refused already. */
  #refuse(error: ReceiveError): void {
    if (this.#isRefused) return
    this.#isRefused = true
    this.#isDeaf = true
    if (this.#call === undefined) {
      this.#stream.close(constants.NGHTTP2_CANCEL)
      return
    }
    const metadata = new Metadata()
    metadata.set(REASON_KEY, error.code)
    if (error.code === 'COMPRESSED') metadata.set('grpc-accept-encoding', 'identity')
    this.#call.sendStatus({ code: status[error.status], details: error.message, metadata })
  }
}
