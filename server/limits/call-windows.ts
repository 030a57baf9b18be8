import type { ServerHttp2Session } from 'node:http2'
import { RECEIVE_WINDOW_BYTES } from '../../proto/limits.ts'

/** What one call of a connection may at least have on its way, bytes: the window with which HTTP/2 begins. */
export const LEAST_WINDOW_BYTES = 65_535

/** What all calls of a receiver may have on their way together, bytes; each may have {@link LEAST_WINDOW_BYTES}. */
const MOST_OF_ALL_BYTES = 32 * 1024 ** 2

/** The calls of all connections, whose windows share the memory of one process. */
export class AllCalls {
  readonly #connections = new Set<CallWindows>()
  #calls = 0

  add(connection: CallWindows): void {
    this.#connections.add(connection)
  }

  remove(connection: CallWindows): void {
    this.#connections.delete(connection)
  }

  /** So many calls more, or fewer. */
  count(more: number): void {
    const before = this.share(1)
    this.#calls += more
    if (this.share(1) !== before) for (const connection of this.#connections) connection.fit()
  }

  /** The share of each call if there were so many times as many, bytes. */
  share(times: number): number {
    return MOST_OF_ALL_BYTES / powerOfTwo(this.#calls * times)
  }
}

/**
 * Keeps what the calls of a connection may send unread, all together, within half of what the connection may hold,
 * and what all calls of the receiver may within a bound: the more calls, the smaller the window of each. A sender that
 * never waits fills every window that it is given, and must not be ended for that.
 */
export class CallWindows {
  readonly #session: ServerHttp2Session
  readonly #all: AllCalls
  readonly #inAllBytes: number
  #calls = 0
  #mostBytes: number
  #windowBytes: number

  /**
   * @param maxHeldBytes what the connection may hold
   * @param all the calls of this and all other connections
   * @param windowBytes the window that its calls have had so far, which is the widest until {@link widen}
   */
  constructor(session: ServerHttp2Session, all: AllCalls, maxHeldBytes: number, windowBytes: number) {
    this.#session = session
    this.#all = all
    all.add(this)
    session.once('close', () => all.remove(this))
    this.#mostBytes = windowBytes
    this.#windowBytes = windowBytes
    this.#inAllBytes = maxHeldBytes / 2
    // No new settings may be sent before the last ones are acknowledged; then this looks again.
    session.on('localSettings', () => this.fit())
  }

  /** It is known whose connection it is: windows may be as wide as any. */
  widen(): void {
    if (this.#mostBytes === RECEIVE_WINDOW_BYTES) return
    this.#mostBytes = RECEIVE_WINDOW_BYTES
    this.fit()
  }

  /** One call more. */
  open(): void {
    this.#calls++
    this.#all.count(1)
    this.fit()
  }

  /** One call fewer. */
  close(): void {
    this.#calls--
    this.#all.count(-1)
    this.fit()
  }

  /** Makes the windows as wide as they may be by now. */
  fit(): void {
    const fairBytes = this.#windowFor(1)
    // So that windows do not change back and forth with each call.
    const isDue = fairBytes < this.#windowBytes || this.#windowFor(2) > this.#windowBytes
    const { closed, destroyed, pendingSettingsAck } = this.#session
    if (!isDue || closed || destroyed || pendingSettingsAck) return
    this.#windowBytes = fairBytes
    this.#session.settings({ initialWindowSize: fairBytes })
  }

  /** The window of each call if there were so many times as many. */
  #windowFor(times: number): number {
    const own = this.#inAllBytes / powerOfTwo(this.#calls * times)
    const fairBytes = Math.floor(Math.min(own, this.#all.share(times)))
    return Math.min(this.#mostBytes, Math.max(LEAST_WINDOW_BYTES, fairBytes))
  }
}

/** The least that is no less, and at least 1. */
function powerOfTwo(number: number): number {
  return 2 ** Math.ceil(Math.log2(Math.max(1, number)))
}
