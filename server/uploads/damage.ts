import { ReceiveError } from '../base/errors.ts'
import type { Outcome } from './new-uploads.ts'

/**
 * Chunks of one stream that may arrive damaged one after the other. A way that damages every chunk brings none over,
 * however often it is sent.
 */
export const MOST_DAMAGED = 16

/** A second one that arrives damaged so long after the last whole one, ms, is no sign that anybody gets on. */
const WITHOUT_WHOLE_MS = 60_000

/**
 * Sees whether a stream gets anywhere: one that brings only damaged chunks keeps its upload busy and a file open for
 * nothing.
 */
export class Damage {
  readonly #now: () => number
  #damaged = 0
  #wholeAtMs: number

  /** @param now a clock that is never set, ms. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now
    this.#wholeAtMs = now()
  }

  /** A chunk arrived whole. */
  whole(): void {
    this.#damaged = 0
    this.#wholeAtMs = this.#now()
  }

  /** A chunk arrived damaged. False when the stream is to end. */
  damaged(): boolean {
    this.#damaged += 1
    if (this.#damaged === 1) return true
    return this.#damaged < MOST_DAMAGED && this.#now() - this.#wholeAtMs <= WITHOUT_WHOLE_MS
  }

  /** What became of a chunk. Throws ReceiveError STALLED when the stream is to end. */
  saw(outcome: Outcome): void {
    if (outcome !== 'CORRUPT') this.whole()
    else if (!this.damaged())
      throw new ReceiveError('STALLED', 'No chunk arrives whole; open the stream again, on another connection.')
  }
}
