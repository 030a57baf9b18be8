import type { ServerHttp2Session } from 'node:http2'
import { RECEIVE_WINDOW_BYTES } from '../../proto/limits.ts'

/** What one call of a connection may at least have on its way, bytes: the window with which HTTP/2 begins. */
export const LEAST_WINDOW_BYTES = 65_535

/**
 * Keeps what the calls of a connection may send unread, all together, within half of what the connection may hold: the
 * more calls, the smaller the window of each. A sender that never waits fills every window that it is given, and must
 * not be ended for that.
 */
export class CallWindows {
  readonly #session: ServerHttp2Session
  readonly #inAllBytes: number
  #calls = 0
  #mostBytes: number
  #windowBytes: number

  /**
   * @param maxHeldBytes what the connection may hold
   * @param windowBytes the window that its calls have had so far, which is the widest until {@link widen}
   */
  constructor(session: ServerHttp2Session, maxHeldBytes: number, windowBytes: number) {
    this.#session = session
    this.#mostBytes = windowBytes
    this.#windowBytes = windowBytes
    this.#inAllBytes = maxHeldBytes / 2
    // No new settings may be sent before the last ones are acknowledged; then this looks again.
    session.on('localSettings', () => this.#fit())
  }

  /** It is known whose connection it is: windows may be as wide as any. */
  widen(): void {
    if (this.#mostBytes === RECEIVE_WINDOW_BYTES) return
    this.#mostBytes = RECEIVE_WINDOW_BYTES
    this.#fit()
  }

  /** One call more. */
  open(): void {
    this.#calls++
    this.#fit()
  }

  /** One call fewer. */
  close(): void {
    this.#calls--
    this.#fit()
  }

  #fit(): void {
    const fairBytes = this.#windowFor(this.#calls)
    // So that windows do not change back and forth with each call.
    const isDue = fairBytes < this.#windowBytes || this.#windowFor(this.#calls * 2) > this.#windowBytes
    const { closed, destroyed, pendingSettingsAck } = this.#session
    if (!isDue || closed || destroyed || pendingSettingsAck) return
    this.#windowBytes = fairBytes
    this.#session.settings({ initialWindowSize: fairBytes })
  }

  #windowFor(calls: number): number {
    const sharers = 2 ** Math.ceil(Math.log2(Math.max(1, calls)))
    return Math.min(this.#mostBytes, Math.max(LEAST_WINDOW_BYTES, Math.floor(this.#inAllBytes / sharers)))
  }
}
