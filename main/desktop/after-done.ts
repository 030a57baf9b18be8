import type { AfterDone, Ending } from '../contract/preferences.ts'

/** How long the person has to say no, ms. */
export const TIME_TO_OBJECT_MS = 60_000

export type AfterDoneDeps = {
  readonly wanted: () => AfterDone
  /** Does it. */
  readonly end: (action: Ending['action']) => void
  /** Told what is about to happen, and undefined when it is not any more. */
  readonly onChange: (ending: Ending | undefined) => void
}

/** What happens once nothing is left to send. */
export type AfterDoneWatch = {
  /** What is about to happen; undefined: nothing. */
  ending(): Ending | undefined
  /** Nothing is left to send: the countdown begins. */
  over(): void
  /** There is something to send again, or the person said no. */
  callOff(): void
}

/** Counts down before anything ends, so that a person at the computer can say no. */
export function watchForTheEnd({ wanted, end, onChange }: AfterDoneDeps): AfterDoneWatch {
  let pending: { readonly ending: Ending; readonly timer: NodeJS.Timeout } | undefined

  function callOff(): void {
    if (pending === undefined) return
    clearTimeout(pending.timer)
    pending = undefined
    onChange(undefined)
  }

  return {
    ending: () => pending?.ending,
    over() {
      const action = wanted()
      if (action === 'nothing' || pending !== undefined) return
      const timer = setTimeout(() => {
        callOff()
        end(action)
      }, TIME_TO_OBJECT_MS)
      pending = { ending: { action, atMs: Date.now() + TIME_TO_OBJECT_MS }, timer }
      onChange(pending.ending)
    },
    callOff,
  }
}
