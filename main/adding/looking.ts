import type { Looking } from '../contract/question.ts'

/** A look that takes less than this is not shown, ms: it would only flicker. */
const TOLD_AFTER_MS = 400

/** Between two counts, ms. */
const TELL_EVERY_MS = 250

/** One addition that is being looked at. */
export type Look = {
  readonly signal: AbortSignal
  /** So many files were found so far. */
  found(count: number): void
  end(): void
}

export type Lookings = {
  /** The sum over all additions; undefined while there are none, or only ones that have just begun. */
  current(): Looking | undefined
  begin(): Look
  /** Ends all of them; nothing of what they look at is queued. */
  stop(): void
}

/** Keeps what is being looked at before it is queued, and tells `onChange` when that takes long. */
export function createLookings(onChange: (looking: Looking | undefined) => void): Lookings {
  const running = new Map<AbortController, number>()
  let told: Looking | undefined
  let timer: NodeJS.Timeout | undefined

  function tell(): void {
    timer = undefined
    const files = [...running.values()].reduce((sum, count) => sum + count, 0)
    const now = running.size === 0 ? undefined : { files }
    if (now?.files === told?.files) return
    told = now
    onChange(told)
  }

  return {
    current: () => told,
    begin() {
      const controller = new AbortController()
      running.set(controller, 0)
      timer ??= setTimeout(tell, TOLD_AFTER_MS)
      return {
        signal: controller.signal,
        found(count) {
          if (!running.has(controller)) return
          running.set(controller, count)
          timer ??= setTimeout(tell, told === undefined ? TOLD_AFTER_MS : TELL_EVERY_MS)
        },
        end() {
          running.delete(controller)
          if (running.size > 0) return
          clearTimeout(timer)
          tell()
        },
      }
    },
    stop() {
      for (const controller of running.keys()) controller.abort()
    },
  }
}
