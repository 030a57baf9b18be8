import type { Preferences } from '../contract/preferences.ts'
import { limitAt, wallClock } from './timetable.ts'

const MINUTE_MS = 60_000

export type RateClockDeps = {
  readonly preferences: () => Pick<Preferences, 'bytesPerSecond' | 'timetable'>
  /** Limits what is sent from now on, bytes per second; undefined: not at all. */
  readonly limitRate: (bytesPerSecond: number | undefined) => void
  /** @default the clock of this computer */
  readonly now?: () => Date
}

/** Keeps the limit as the hours want it. */
export type RateClock = {
  /** Looks now: the person decided something else, or the computer was asleep. */
  look(): void
  stop(): void
}

/** Looks at once, and then whenever a minute begins. */
export function startRateClock({ preferences, limitRate, now = () => new Date() }: RateClockDeps): RateClock {
  let timer: NodeJS.Timeout | undefined
  let held: { readonly bytesPerSecond: number | undefined } | undefined

  function look(): void {
    const at = now()
    clearTimeout(timer)
    timer = setTimeout(look, MINUTE_MS - (at.getTime() % MINUTE_MS))
    const bytesPerSecond = limitAt(preferences(), wallClock(at))
    if (held !== undefined && held.bytesPerSecond === bytesPerSecond) return
    held = { bytesPerSecond }
    limitRate(bytesPerSecond)
  }

  look()
  return { look, stop: () => clearTimeout(timer) }
}
