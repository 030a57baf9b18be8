/** How fast everything together was sent at a moment; epoch ms, bytes a second. */
export type RateSample = { readonly atMs: number; readonly bytesPerSecond: number }

/** What the chart goes back, ms. */
export const HISTORY_MS = 180_000

/**
 * The history with one more sample, without samples that are too old. The same object while nothing is sent and no old
 * sample is left to drop out of the chart.
 */
export function withSample(history: readonly RateSample[], sample: RateSample): readonly RateSample[] {
  const kept = history.filter(({ atMs }) => atMs > sample.atMs - HISTORY_MS)
  const isQuiet = sample.bytesPerSecond === 0 && kept.every(({ bytesPerSecond }) => bytesPerSecond === 0)
  if (!isQuiet) return [...kept, sample]
  return history.length === 0 ? history : []
}

/** The highest rate of the history, bytes a second; 0 when there is none. */
export function highestRate(history: readonly RateSample[]): number {
  return history.reduce((highest, { bytesPerSecond }) => Math.max(highest, bytesPerSecond), 0)
}
