import { retryDelayMs } from './retry.ts'

/**
 * A receiver that does not answer is left alone for a while, once for all uploads to it, so that a long queue does not
 * knock for each file.
 */
export type ReceiverHolds = {
  isHeld(receiver: string): boolean
  /** Holds the receiver back; answers until when, epoch ms. Uploads that fail in the same outage share one hold. */
  hold(receiver: string): number
  /** It answers. True when it never did before since the engine opened. */
  reached(receiver: string): boolean
  /** An upload to it got further: the next outage starts with a short wait. */
  progressed(receiver: string): void
  /** True when it never answered since the engine opened, for longer than the grace the engine was given. */
  isHopeless(receiver: string): boolean
  /** Ends every hold now. */
  releaseAll(): void
}

type Outage = { attempts: number; readonly sinceMs: number; timer: NodeJS.Timeout | undefined; untilMs: number }

/** `onReleased` hears when a hold ended. Without `graceMs` no receiver is ever hopeless. */
export function createReceiverHolds(onReleased: (receiver: string) => void, graceMs?: number): ReceiverHolds {
  const outages = new Map<string, Outage>()
  const everReached = new Set<string>()

  const release = (receiver: string): void => {
    const outage = outages.get(receiver)
    if (outage?.timer === undefined) return
    clearTimeout(outage.timer)
    outage.timer = undefined
    onReleased(receiver)
  }

  return {
    isHeld: (receiver) => outages.get(receiver)?.timer !== undefined,
    hold(receiver) {
      const outage = outages.get(receiver) ?? { attempts: 0, sinceMs: performance.now(), timer: undefined, untilMs: 0 }
      outages.set(receiver, outage)
      if (outage.timer !== undefined) return outage.untilMs
      outage.attempts += 1
      const delayMs = retryDelayMs(outage.attempts, Math.random())
      outage.untilMs = Date.now() + delayMs
      outage.timer = setTimeout(() => release(receiver), delayMs)
      return outage.untilMs
    },
    reached(receiver) {
      const isNew = !everReached.has(receiver)
      everReached.add(receiver)
      return isNew
    },
    progressed(receiver) {
      const outage = outages.get(receiver)
      if (outage !== undefined && outage.timer === undefined) outages.delete(receiver)
    },
    isHopeless(receiver) {
      const outage = outages.get(receiver)
      if (graceMs === undefined || outage === undefined || everReached.has(receiver)) return false
      return performance.now() - outage.sinceMs > graceMs
    },
    releaseAll() {
      for (const receiver of [...outages.keys()]) release(receiver)
    },
  }
}
