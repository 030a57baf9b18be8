import type { Sharer } from '../../../proto/line.ts'
import { createBudget } from './budget.ts'

/**
 * How much may be on its way to one receiver at once, learned from how long acknowledgements take. A fast network is
 * filled within a few round trips; on a slow one nothing waits long behind anything else, so that a ping still tells a
 * slow receiver from a dead one.
 */
export type CongestionWindow = {
  /** How long the next chunk should be, bytes: a power of two times {@link SMALLEST_CHUNK_BYTES}. */
  chunkBytes(): number
  /**
   * Waits for its turn among all sharers, until `bytes` may go; then counts them as on their way. Rejects with the
   * signal's reason when aborted.
   */
  depart(bytes: number, sharer: Sharer, signal: AbortSignal): Promise<Departure>
}

/** Something on its way. Telling both, or one twice, counts once. */
export type Departure = {
  /** It was acknowledged. */
  arrive(): void
  /** Nobody waits for it any more. */
  giveUp(): void
}

/**
 * Where every receiver starts, and where a slow one stays, bytes: at 10 KB/s it takes less than the ten seconds that a
 * ping has.
 */
export const SMALLEST_CHUNK_BYTES = 64 * 1024

/** Four connections with four chunks of a mebibyte each; more only adds latency, bytes. */
const MOST_BYTES = 16 * 1024 * 1024

/** So many chunks make up what is on its way. */
const CHUNKS_ON_THEIR_WAY = 16

/** An acknowledgement that comes sooner leaves room for more, ms. It covers the round trip of a satellite. */
const SOON_MS = 1000

/** One that takes longer makes everything else wait too long, ms. Between the two, the window stays as it is. */
const LATE_MS = 3000

/** Begins with the least. `now` is a monotonic clock, ms. */
export function createCongestionWindow(now: () => number = () => performance.now()): CongestionWindow {
  let most = SMALLEST_CHUNK_BYTES
  let changedAtMs = Number.NEGATIVE_INFINITY
  let bytesOnTheirWay = 0
  const onTheirWay = createBudget(() => most)

  /** @param flightBytes what was on its way when it left, itself included. */
  function learn(leftAtMs: number, flightBytes: number): void {
    const tookMs = Math.max(now() - leftAtMs, 1)
    // What left before the last change says nothing about it.
    if (leftAtMs < changedAtMs || (tookMs >= SOON_MS && tookMs <= LATE_MS)) return
    // So many times as much takes at most so many times as long, so this does not lead past what is soon.
    const next = tookMs > LATE_MS ? most / 2 : Math.max(most, (flightBytes * SOON_MS) / tookMs)
    const bounded = Math.min(Math.max(next, SMALLEST_CHUNK_BYTES), MOST_BYTES)
    if (bounded === most) return
    most = bounded
    changedAtMs = now()
  }

  return {
    chunkBytes() {
      const share = 2 ** Math.floor(Math.log2(most / CHUNKS_ON_THEIR_WAY))
      return Math.max(share, SMALLEST_CHUNK_BYTES)
    },
    async depart(bytes, sharer, signal) {
      await onTheirWay.take(bytes, sharer, signal)
      bytesOnTheirWay += bytes
      const flightBytes = bytesOnTheirWay
      const leftAtMs = now()
      let gone = false
      const end = (): void => {
        if (gone) return
        gone = true
        bytesOnTheirWay -= bytes
        onTheirWay.give(bytes)
      }
      return {
        arrive() {
          if (!gone) learn(leftAtMs, flightBytes)
          end()
        },
        giveUp: end,
      }
    },
  }
}
