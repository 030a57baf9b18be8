import type { ReceiverLimits } from './limits.ts'
import { MessageFrames } from './message-frames.ts'

type Patience = Pick<ReceiverLimits, 'firstMessageMs' | 'stallMs' | 'minProgressBytes' | 'silenceMs'>

/**
 * Distinguishes a slow call from one that only keeps a connection open. Progress is a whole message, or so many bytes
 * of one; how bytes are cut into frames, and how often something comes, does not matter. All times are milliseconds of
 * a monotonic clock.
 */
export class Progress {
  readonly frames: MessageFrames
  readonly #patience: Patience
  #bytes = 0
  #bytesAtProgress = 0
  #sinceMs: number

  /** @param onWhole see {@link MessageFrames} */
  constructor(patience: Patience, nowMs: number, onWhole?: (bytes: number) => void) {
    this.frames = new MessageFrames(onWhole)
    this.#patience = patience
    this.#sinceMs = nowMs
  }

  /** True until the first byte. */
  get isUnheard(): boolean {
    return this.#bytes === 0
  }

  /** The next bytes of the call. Answers whether they are progress. */
  take(data: Uint8Array, nowMs: number): boolean {
    const { whole, isInside } = this.frames
    this.frames.take(data)
    this.#bytes += data.length
    const isProgress =
      this.frames.whole > whole || this.#bytes - this.#bytesAtProgress >= this.#patience.minProgressBytes
    // The clock of a message starts with its first byte, not with the silence before it.
    if (isProgress || !isInside) this.wait(nowMs)
    return isProgress
  }

  /** Starts the clock again: it is not the sender that holds the call up. */
  wait(nowMs: number): void {
    this.#sinceMs = nowMs
    this.#bytesAtProgress = this.#bytes
  }

  /** True when the call has made no progress for too long. */
  isStalled(nowMs: number): boolean {
    return nowMs - this.#sinceMs >= this.#allowedMs
  }

  /** What was waited for in vain, as a sentence. */
  get lack(): string {
    const within = `within ${this.#allowedMs / 1000} s`
    if (this.isUnheard) return `Nothing arrived ${within} of the beginning of the call.`
    if (!this.frames.isInside) return `No further message arrived ${within}.`
    return `Fewer than ${this.#patience.minProgressBytes} bytes of a message arrived ${within}.`
  }

  get #allowedMs(): number {
    const { firstMessageMs, stallMs, silenceMs } = this.#patience
    return this.isUnheard ? firstMessageMs : this.frames.isInside ? stallMs : silenceMs
  }
}
