/** Bytes that may be held at once: chunk data in memory, over all uploads, or on its way to one receiver. */
export type Budget = {
  /** Waits, first come first served, until `bytes` may be held. Rejects with the signal's reason when aborted. */
  take(bytes: number, signal: AbortSignal): Promise<void>
  give(bytes: number): void
}

type Waiter = { readonly bytes: number; readonly grant: () => void }

/**
 * A single take larger than the whole budget is granted when nothing else is held, so that it cannot wait for ever. A budget that changes counts as it is
 * whenever something is taken or given.
 */
export function createBudget(totalBytes: () => number): Budget {
  let held = 0
  const waiters: Waiter[] = []
  const fits = (bytes: number): boolean => held === 0 || held + bytes <= totalBytes()
  const grantWaiting = (): void => {
    for (let waiter = waiters[0]; waiter !== undefined && fits(waiter.bytes); waiter = waiters[0]) {
      waiters.shift()
      held += waiter.bytes
      waiter.grant()
    }
  }
  return {
    async take(bytes, signal) {
      signal.throwIfAborted()
      if (waiters.length === 0 && fits(bytes)) {
        held += bytes
        return
      }
      await new Promise<void>((resolve, reject) => {
        const abort = (): void => {
          waiters.splice(waiters.indexOf(waiter), 1)
          reject(signal.reason)
          grantWaiting()
        }
        const waiter: Waiter = {
          bytes,
          grant: () => {
            signal.removeEventListener('abort', abort)
            resolve()
          },
        }
        signal.addEventListener('abort', abort, { once: true })
        waiters.push(waiter)
      })
    },
    give(bytes) {
      held -= bytes
      grantWaiting()
    },
  }
}
