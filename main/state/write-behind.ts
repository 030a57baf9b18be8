/** At most one round of writes in this time, so that a burst of changes costs one round. */
const ROUND_INTERVAL_MS = 250

/** After a round that took n ms the next one waits as long, but nobody who waits for a write should wait longer than this for it to begin. */
const LONGEST_REST_MS = 2_000

export type WriteBehind = {
  /** Asks for these to be written: at once when it was quiet, else with all others that ask in the meantime. Settles as that round does. */
  changed(names: readonly string[]): Promise<void>
  /** Writes now, before it returns, all that is not written yet. What fails stays due. */
  flush(): void
}

/** One round of writes, from the first request for it to its end. */
type Round = { readonly written: Promise<void>; readonly succeed: () => void; readonly fail: (cause: unknown) => void }

/** Writes of one thing by its name; both take what is to be written when they begin. */
export type Writes = {
  write(name: string): Promise<void>
  /** Without waiting for anything; makes a `write` that is under way give up. */
  writeNow(name: string): void
}

/** Keeps many things on disk up with memory, one after the other, in rounds. What could not be written is tried again in the next round. */
export function writeBehind({ write, writeNow }: Writes, intervalMs: number = ROUND_INTERVAL_MS): WriteBehind {
  const due = new Set<string>()
  let next: Round | undefined
  let timer: NodeJS.Timeout | undefined
  let isRunning = false
  let underWay: string | undefined
  let notBeforeMs = 0

  function arm(): void {
    timer = setTimeout(() => void runRound(), Math.max(0, notBeforeMs - performance.now()))
  }

  async function runRound(): Promise<void> {
    const round = next
    next = undefined
    isRunning = true
    const startedMs = performance.now()
    const failures: unknown[] = []
    for (const name of [...due]) {
      // A flush in the meantime may have written it.
      if (!due.delete(name)) continue
      underWay = name
      try {
        await write(name)
      } catch (cause) {
        // Whatever kept it from being written belongs to those who asked for it.
        due.add(name)
        failures.push(cause)
      }
    }
    underWay = undefined
    isRunning = false
    const endedMs = performance.now()
    notBeforeMs = endedMs + Math.max(intervalMs, Math.min(LONGEST_REST_MS, endedMs - startedMs))
    settle(round, failures)
    if (next !== undefined) arm()
  }

  return {
    changed(names) {
      if (names.length === 0) return Promise.resolve()
      for (const name of names) due.add(name)
      if (next === undefined) {
        next = newRound()
        if (!isRunning) arm()
      }
      return next.written
    },
    flush() {
      const round = next
      next = undefined
      clearTimeout(timer)
      if (underWay !== undefined) due.add(underWay)
      const failures: unknown[] = []
      for (const name of [...due]) {
        try {
          writeNow(name)
          due.delete(name)
        } catch (cause) {
          failures.push(cause)
        }
      }
      settle(round, failures)
    },
  }
}

function settle(round: Round | undefined, failures: readonly unknown[]): void {
  if (failures.length > 0) round?.fail(failures[0])
  else round?.succeed()
}

function newRound(): Round {
  let succeed: () => void = () => undefined
  let fail: (cause: unknown) => void = () => undefined
  const written = new Promise<void>((resolve, reject) => {
    succeed = resolve
    fail = reject
  })
  return { written, succeed, fail }
}
