import type { ServerHttp2Session } from 'node:http2'
import { RECEIVE_WINDOW_BYTES } from '../proto/limits.ts'

/** What one call of a connection may at least have on its way, bytes: the window with which HTTP/2 begins. */
const LEAST_BYTES = 65_535

/**
 * Keeps what the calls of a connection may send unread, all together, within half of what the connection may hold: the more calls, the smaller the window
 * of each. A sender that never waits fills every window that it is given, and must not be ended for that.
 */
export class CallWindows {
  readonly #session: ServerHttp2Session
  readonly #inAllBytes: number
  #calls = 0
  #windowBytes = RECEIVE_WINDOW_BYTES

  /** @param maxHeldBytes what the connection may hold */
  constructor(session: ServerHttp2Session, maxHeldBytes: number) {
    this.#session = session
    this.#inAllBytes = maxHeldBytes / 2
    // While an answer to settings is awaited there may be no others; then it is looked again.
    session.on('localSettings', () => this.#fit())
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
    const fairBytes = windowFor(this.#inAllBytes, this.#calls)
    // Not back and forth with each call that comes and goes.
    const isDue = fairBytes < this.#windowBytes || windowFor(this.#inAllBytes, this.#calls * 2) > this.#windowBytes
    const { closed, destroyed, pendingSettingsAck } = this.#session
    if (!isDue || closed || destroyed || pendingSettingsAck) return
    this.#windowBytes = fairBytes
    this.#session.settings({ initialWindowSize: fairBytes })
  }
}

function windowFor(inAllBytes: number, calls: number): number {
  const sharers = 2 ** Math.ceil(Math.log2(Math.max(1, calls)))
  return Math.min(RECEIVE_WINDOW_BYTES, Math.max(LEAST_BYTES, Math.floor(inAllBytes / sharers)))
}
