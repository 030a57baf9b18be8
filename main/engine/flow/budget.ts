import { createLine, type Sharer } from '../../../proto/line.ts'

/** Bytes that may be held at once: chunk data in memory, over all uploads, or on its way to one receiver. */
export type Budget = {
  /**
   * Waits for its turn among all sharers, and until `bytes` may be held. Rejects with the signal's reason when aborted.
   */
  take(bytes: number, sharer: Sharer, signal: AbortSignal): Promise<void>
  give(bytes: number): void
}

/**
 * A take that is larger than the whole budget is granted when nothing else is held, so that it does not wait for ever.
 * A budget that changes counts as it is whenever bytes are taken or given back.
 */
export function createBudget(totalBytes: () => number): Budget {
  let held = 0
  const fits = (bytes: number): boolean => held === 0 || held + bytes <= totalBytes()
  const grantWaiting = (): void => {
    for (let bytes = line.first(); bytes !== undefined && fits(bytes); bytes = line.first()) {
      held += bytes
      line.admit()
    }
  }
  const line = createLine(grantWaiting)
  return {
    async take(bytes, sharer, signal) {
      signal.throwIfAborted()
      const waiting = line.join(bytes, sharer, signal)
      grantWaiting()
      await waiting
    },
    give(bytes) {
      held -= bytes
      grantWaiting()
    },
  }
}
