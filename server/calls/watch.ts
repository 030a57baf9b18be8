import { constants, type IncomingHttpHeaders, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2'
import { ServerInterceptingCall, type ServerInterceptor } from '@grpc/grpc-js'
import { ReceiveError } from '../base/errors.ts'
import { networkOf } from '../base/network-of.ts'
import { AllCalls, CallWindows } from '../limits/call-windows.ts'
import { Connection } from '../limits/connection.ts'
import type { ReceiverLimits } from '../limits/limits.ts'
import { Held, STRANGERS } from './holding.ts'
import { WatchedCall } from './watched-call.ts'

/** How often calls are looked at, ms; more often when a limit is shorter. */
const LOOK_EVERY_MS = 2_000
/**
 * Each frame that waits costs some hundred bytes of memory beside its own. So many are free, and one more for each so
 * many bytes.
 */
const FREE_FRAMES = 4096
/** See {@link FREE_FRAMES}. No honest network cuts this small. */
const BYTES_PER_FRAME = 64
/**
 * How long a connection that is being ended may take to hear why, ms: its calls were told, and a connection that is cut
 * while its sender still writes may lose that on the way.
 */
const HEAR_WITHIN_MS = 1_000
/** So many connections may be waited for at the same time until they have heard why they end. */
const MOST_ENDING = 32

/** A connection and its calls. */
type Watched = { readonly session: ServerHttp2Session; readonly calls: Set<WatchedCall> }

/** Looks after every call of one receiver; see {@link WatchedCall}. */
export class Watch {
  /** Must run for every call, so that it learns what the call is. */
  readonly interceptor: ServerInterceptor
  readonly #limits: ReceiverLimits
  readonly #windowBytes: number
  readonly #connections = new Map<Connection, Watched>()
  readonly #held: Held
  readonly #allCalls = new AllCalls()
  readonly #timer: NodeJS.Timeout
  /** The call that is being handed to grpc-js at this moment. */
  #arriving: WatchedCall | undefined

  /** @param windowBytes the window of each call on a new connection, until it is known whose it is */
  constructor(limits: ReceiverLimits, windowBytes: number) {
    this.#limits = limits
    this.#windowBytes = windowBytes
    this.#held = new Held(limits)
    const everyMs = Math.min(LOOK_EVERY_MS, limits.firstMessageMs / 4, limits.stallMs / 4, limits.silenceMs / 4)
    this.#timer = setInterval(() => this.#look(), Math.max(10, everyMs)).unref()
    this.interceptor = (_method, call) => {
      const arriving = this.#arriving
      this.#arriving = undefined
      return arriving?.serve(call) ?? new ServerInterceptingCall(call)
    }
  }

  /**
   * Looks after the calls of a connection from now on.
   *
   * @param onKnown called when a call is let in of somebody who is no stranger
   */
  add(session: ServerHttp2Session, onKnown: () => void): void {
    const connection = new Connection(networkOf(session.socket.remoteAddress ?? ''))
    const calls = new Set<WatchedCall>()
    const { maxHeldBytes, maxHeldBytesInAll } = this.#limits
    const windows = new CallWindows(
      session,
      this.#allCalls,
      Math.min(maxHeldBytes, maxHeldBytesInAll),
      this.#windowBytes,
    )
    this.#connections.set(connection, { session, calls })
    session.once('close', () => {
      for (const call of calls) call.detach()
      this.#connections.delete(connection)
    })
    const onHeld = (call: WatchedCall) => this.#mustBeModest(connection, call)
    const known = () => {
      windows.widen()
      onKnown()
    }
    const around = { connection, limits: this.#limits, held: this.#held, onHeld, onKnown: known }
    // Before the listener that hands the call to grpc-js, which runs the interceptor at once.
    session.prependListener('stream', (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) => {
      const call = new WatchedCall(stream, headers[':path'] ?? '', around)
      calls.add(call)
      windows.open()
      stream.once('close', () => {
        calls.delete(call)
        windows.close()
      })
      this.#arriving = call
      onHeld(call)
    })
  }

  /** Ends every call that has no answer yet, and tells it why. */
  endAll(why: ReceiveError): void {
    for (const { calls } of this.#connections.values()) for (const call of calls) call.end(why)
  }

  /** Resolves when every connection that is there now has ended. */
  async ended(): Promise<void> {
    const sessions = [...this.#connections.values()].map(({ session }) => session)
    await Promise.all(sessions.map((session) => new Promise<void>((resolve) => session.once('close', resolve))))
  }

  close(): void {
    clearInterval(this.#timer)
  }

  #mustBeModest(connection: Connection, call: WatchedCall): void {
    if (connection.isEnding) return
    const { heldFrames, heldBytes } = connection
    const { maxHeldBytes } = this.#limits
    // Long messages that are begun and never ended, or more calls at once than are read.
    if (heldBytes > maxHeldBytes) this.#end(connection, tooMuch(`${heldBytes} bytes`, `${maxHeldBytes} bytes`))
    // A flood of frames that carry next to nothing.
    else if (heldFrames > FREE_FRAMES + heldBytes / BYTES_PER_FRAME)
      this.#end(
        connection,
        tooMuch(`${heldFrames} pieces of ${heldBytes} bytes together`, `${FREE_FRAMES} such pieces`),
      )
    else if (call.isTooMuch) this.#endHeaviest(call)
  }

  /**
   * Ends a connection of the holder that holds too much. Of strangers never a connection that a known caller uses, such
   * as that of a proxy.
   */
  #endHeaviest(call: WatchedCall): void {
    const { holder } = call
    const isStrangers = holder === STRANGERS
    const who = isStrangers ? 'all who are not paired' : 'one sender'
    const mostBytes = this.#held.mostBytes(holder)
    const inAll = this.#held.bytes.heldBy(holder)
    const [heaviest, bytes] = this.#heaviest(holder)
    const share = `${bytes} of ${inAll} bytes, which ${who} may not leave together while others need room,`
    const why = tooMuch(share, `${mostBytes} bytes`)
    if (heaviest !== undefined) this.#end(heaviest, why)
    else {
      call.detach()
      setImmediate(() => call.end(why))
    }
  }

  /**
   * Tells the calls of a connection why, and ends it. Its sender, if it is an honest one, connects again and goes on
   * with what was not acknowledged. What a sender that hears nothing makes the receiver hold meanwhile is bounded: by
   * what one connection may hold, and what the last one held.
   */
  #end(connection: Connection, why: ReceiveError): void {
    connection.end()
    for (const call of this.#connections.get(connection)?.calls ?? []) call.detach()
    const ending = [...this.#connections].filter(([{ isEnding }]) => isEnding)
    let waiting = ending.length
    let waitingBytes = ending.reduce((bytes, [{ heldBytes }]) => bytes + heldBytes, 0)
    for (const [other, { session }] of ending) {
      if (waiting <= MOST_ENDING && waitingBytes <= this.#limits.maxHeldBytes) break
      if (other === connection) continue
      waiting--
      waitingBytes -= other.heldBytes
      session.destroy(undefined, constants.NGHTTP2_ENHANCE_YOUR_CALM)
    }
    // Not at once, because this is noticed while the connection is being read: a stream that is reset at that moment
    // makes Node 20 send for ever (nodejs/node#52952).
    setImmediate(() => {
      const { session, calls } = this.#connections.get(connection) ?? {}
      // The connection may be closed by now, or was ended for another reason.
      if (session === undefined || session.destroyed) return
      for (const call of calls ?? []) call.end(why)
      if (session.destroyed) return
      // It opens no more calls.
      session.goaway()
      const late = setTimeout(() => session.destroy(undefined, constants.NGHTTP2_ENHANCE_YOUR_CALM), HEAR_WITHIN_MS)
      session.once('close', () => clearTimeout(late))
    })
  }

  /**
   * The connection that holds the most for somebody, and how much. Of strangers it is one of the network whose
   * connections hold the most together, so that nobody gets more by opening many that each hold little.
   */
  #heaviest(holder: string): readonly [connection: Connection | undefined, bytes: number] {
    const bytesOf = new Map<Connection, number>()
    const bytesFrom = new Map<string, number>()
    for (const [connection, { calls }] of this.#connections) {
      let bytes = 0
      for (const call of calls) if (call.holder === holder) bytes += call.holdsBytes
      if (connection.isEnding || bytes === 0 || (holder === STRANGERS && connection.sender !== undefined)) continue
      bytesOf.set(connection, bytes)
      bytesFrom.set(connection.network, (bytesFrom.get(connection.network) ?? 0) + bytes)
    }
    const mostBytes = Math.max(...bytesFrom.values())
    const [heaviest] = [...bytesOf]
      .filter(([{ network }]) => holder !== STRANGERS || bytesFrom.get(network) === mostBytes)
      .sort(([, one], [, other]) => other - one)
    return heaviest ?? [undefined, 0]
  }

  #look(): void {
    const nowMs = performance.now()
    for (const { calls } of this.#connections.values()) for (const call of calls) call.look(nowMs)
  }
}

function tooMuch(held: string, most: string): ReceiveError {
  const message = `The calls of this connection left ${held} unread or unfinished with the receiver; the most is ${most}. Send again what was not acknowledged, on fewer calls at once.`
  return new ReceiveError('HOLDS_TOO_MUCH', message)
}
