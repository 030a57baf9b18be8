/** How much older measurements count: a rate settles within about this many ms of a change. */
const SMOOTHING_MS = 3000

/** Deltas shorter than this are gathered first, ms: chunk arrivals are bursts, not a rate. */
const SHORTEST_SAMPLE_MS = 200

export type Meter = {
  /** Counts bytes that arrived at `nowMs`. */
  add(bytes: number, nowMs: number): void
  /** Smoothed rate, or undefined until there is something to say. */
  bytesPerSecond(): number | undefined
}

/**
 * Measures a rate from deltas, so that a resume does not count what was stored before. Times come from a monotonic
 * clock, ms.
 */
export function createMeter(startedAtMs: number): Meter {
  let sampleStartMs = startedAtMs
  let sampleBytes = 0
  let rate: number | undefined
  return {
    add(bytes, nowMs) {
      sampleBytes += bytes
      const elapsedMs = nowMs - sampleStartMs
      if (elapsedMs < SHORTEST_SAMPLE_MS) return
      const sampled = (sampleBytes * 1000) / elapsedMs
      const weight = rate === undefined ? 1 : 1 - Math.exp(-elapsedMs / SMOOTHING_MS)
      rate = (rate ?? 0) * (1 - weight) + sampled * weight
      sampleStartMs = nowMs
      sampleBytes = 0
    },
    bytesPerSecond: () => rate,
  }
}

/**
 * Whole seconds until `bytesLeft` are through at `bytesPerSecond`; undefined when the rate is unknown or nothing moves.
 */
export function secondsLeft(bytesLeft: number, bytesPerSecond: number | undefined): number | undefined {
  if (bytesPerSecond === undefined || bytesPerSecond <= 0) return undefined
  return Math.ceil(bytesLeft / bytesPerSecond)
}
