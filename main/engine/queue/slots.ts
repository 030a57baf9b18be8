/** So many jobs at once. */
export type Slots = {
  /** Starts jobs while there are free slots and `nextJob` has one. */
  fill(): void
  /** Starts no more, and waits for those under way. Jobs are to be stopped by their own means. */
  drain(): Promise<void>
}

/**
 * `nextJob` answers a job that has been started, or undefined when there is nothing to do. A job must not fail. `count`
 * is asked whenever one could start; when it has become smaller, those under way come to their end.
 */
export function createSlots(count: () => number, nextJob: () => Promise<void> | undefined): Slots {
  const running = new Set<Promise<void>>()
  let draining = false

  function fill(): void {
    while (!draining && running.size < count()) {
      const job = nextJob()
      if (job === undefined) return
      const tracked = job.finally(() => {
        running.delete(tracked)
        fill()
      })
      running.add(tracked)
    }
  }

  return {
    fill,
    async drain() {
      draining = true
      await Promise.all(running)
    },
  }
}

/** How many jobs at once: any, and beside them small ones. */
export type LaneCounts = { readonly any: () => number; readonly small: () => number }

/**
 * Slots for any job, and more of them for small ones only. Whatever ends lets both look again, because what it learned
 * may have made others small. `nextJob` is told whether it has to be a small one.
 */
export function createTwoLanes(
  { any: count, small: smallCount }: LaneCounts,
  nextJob: (isForSmall: boolean) => Promise<void> | undefined,
): Slots {
  const fill = (): void => {
    any.fill()
    small.fill()
  }
  const next = (isForSmall: boolean) => () => nextJob(isForSmall)?.finally(() => queueMicrotask(fill))
  const any = createSlots(count, next(false))
  const small = createSlots(smallCount, next(true))
  return {
    fill,
    async drain() {
      await Promise.all([any.drain(), small.drain()])
    },
  }
}
