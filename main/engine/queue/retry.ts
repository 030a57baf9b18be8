/** The first wait after a failure, ms; doubled each time. */
const FIRST_DELAY_MS = 500

/** No wait is longer, ms: a person who plugs the cable back in should not have to look for a button. */
const LONGEST_DELAY_MS = 30_000

/**
 * How long to wait before attempt number `attempt` (1 for the first retry), ms. Full jitter, so that many senders do
 * not come back in step. `chance` is in [0, 1).
 */
export function retryDelayMs(attempt: number, chance: number): number {
  const ceiling = Math.min(FIRST_DELAY_MS * 2 ** Math.min(attempt - 1, 10), LONGEST_DELAY_MS)
  return Math.round(ceiling * (0.3 + 0.7 * chance))
}
