import { constants, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2'
import { ServerInterceptingCall, type ServerInterceptor } from '@grpc/grpc-js'
import { Connection, type HeldInAll } from './connection.ts'
import type { ReceiverLimits } from './limits.ts'
import { WatchedCall } from './watched-call.ts'

/** How often calls are looked at, ms; more often when a limit is shorter. */
const LOOK_EVERY_MS = 2_000
/** Each frame that waits costs some hundred bytes of memory beside its own. So many are free, and one more for each so many bytes. */
const FREE_FRAMES = 4096
/** See {@link FREE_FRAMES}. No honest network cuts this small. */
const BYTES_PER_FRAME = 64

/** Looks after every call of one receiver; see {@link WatchedCall}. */
export class Watch {
  /** Must run for every call, so that it learns what the call is. */
  readonly interceptor: ServerInterceptor
  readonly #limits: ReceiverLimits
  readonly #calls = new Set<WatchedCall>()
  readonly #connections = new Map<Connection, ServerHttp2Session>()
  readonly #held: HeldInAll = { bytes: 0 }
  readonly #timer: NodeJS.Timeout
  /** The call that is being handed to grpc-js at this moment. */
  #arriving: WatchedCall | undefined

  constructor(limits: ReceiverLimits) {
    this.#limits = limits
    const everyMs = Math.min(LOOK_EVERY_MS, limits.firstMessageMs / 4, limits.stallMs / 4, limits.silenceMs / 4)
    this.#timer = setInterval(() => this.#look(), Math.max(10, everyMs)).unref()
    this.interceptor = (method, call) => {
      this.#arriving?.serve(call, !method.requestStream)
      this.#arriving = undefined
      return new ServerInterceptingCall(call)
    }
  }

  /** Looks after the calls of a connection from now on. */
  add(session: ServerHttp2Session): void {
    const connection = new Connection(this.#held, session.socket.remoteAddress ?? '')
    this.#connections.set(connection, session)
    session.once('close', () => this.#forget(connection))
    const mustBeModest = () => {
      const { heldFrames, heldBytes } = connection
      const isFine = heldFrames <= FREE_FRAMES + heldBytes / BYTES_PER_FRAME && heldBytes <= this.#limits.maxHeldBytes
      // A flood of frames that carry next to nothing, or of long messages that are begun and never ended.
      if (!isFine) this.#end(connection)
      else if (this.#held.bytes > this.#limits.maxHeldBytesInAll) this.#end(this.#heaviest())
    }
    // Before the listener that hands the call to grpc-js, which runs the interceptor at once.
    session.prependListener('stream', (stream: ServerHttp2Stream) => {
      const call = new WatchedCall(stream, connection, this.#limits, mustBeModest)
      this.#calls.add(call)
      stream.once('close', () => this.#calls.delete(call))
      this.#arriving = call
    })
  }

  close(): void {
    clearInterval(this.#timer)
  }

  /** Its sender, if it is an honest one, connects again and goes on with what was not acknowledged. */
  #end(connection: Connection | undefined): void {
    const session = connection && this.#connections.get(connection)
    if (connection === undefined || session === undefined) return
    this.#forget(connection)
    session.destroy(undefined, constants.NGHTTP2_ENHANCE_YOUR_CALM)
  }

  #forget(connection: Connection): void {
    connection.leave()
    this.#connections.delete(connection)
  }

  /** Of the address whose connections hold the most together, so that nobody gets more by opening many that each hold little. */
  #heaviest(): Connection {
    const connections = [...this.#connections.keys()]
    const heldBytesOf = new Map<string, number>()
    for (const { address, heldBytes } of connections)
      heldBytesOf.set(address, (heldBytesOf.get(address) ?? 0) + heldBytes)
    const mostBytes = Math.max(...heldBytesOf.values())
    return connections
      .filter(({ address }) => heldBytesOf.get(address) === mostBytes)
      .reduce((heavier, one) => (one.heldBytes > heavier.heldBytes ? one : heavier))
  }

  #look(): void {
    const nowMs = performance.now()
    for (const call of this.#calls) call.look(nowMs)
  }
}
