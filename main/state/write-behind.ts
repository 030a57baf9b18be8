/** At most one round of writes in this time, so that a burst of changes costs one round. */
const ROUND_INTERVAL_MS = 250

/**
 * After a round whose writes took n ms the next one waits at least this many times n. A write blocks the process it
 * runs in; this keeps very large files, or very many, from taking more than a tenth of its time.
 */
const REST_PER_WRITE = 9

/**
 * But nobody who waits for a write, such as someone adding files, should wait longer than this for its round to begin.
 */
const LONGEST_REST_MS = 2_000

export type WriteBehind = {
  /**
   * Asks for these to be written: at once when it was quiet, else with all others that ask in the meantime. Settles as
   * that round does.
   */
  changed(names: readonly string[]): Promise<void>
  /** Writes now, before it returns, all that is not written yet. What fails stays due. */
  flush(): void
}

type Asker = { readonly succeed: () => void; readonly fail: (cause: unknown) => void }

/**
 * Keeps many things on disk up with memory, in rounds: `write` writes one by its name, synchronously, and throws when
 * it cannot. What could not be written is tried again in the next round.
 */
export function writeBehind(write: (name: string) => void): WriteBehind {
  const due = new Set<string>()
  /** Those who wait for the next round. */
  let askers: Asker[] = []
  let timer: NodeJS.Timeout | undefined
  let isRunning = false
  let notBeforeMs = 0

  function arm(): void {
    timer = setTimeout(() => void runRound(), Math.max(0, notBeforeMs - performance.now()))
  }

  /** Writes one thing, unless somebody did meanwhile. */
  function attempt(name: string, failures: unknown[]): void {
    try {
      if (due.has(name)) write(name)
      due.delete(name)
    } catch (cause) {
      // Whatever kept it from being written belongs to those who asked for it.
      failures.push(cause)
    }
  }

  function takeAskers(): readonly Asker[] {
    const taken = askers
    askers = []
    return taken
  }

  async function runRound(): Promise<void> {
    const served = takeAskers()
    const failures: unknown[] = []
    let blockedMs = 0
    isRunning = true
    for (const [index, name] of [...due].entries()) {
      // One write in a turn of the event loop: whatever else waits has its own in between.
      if (index > 0) await new Promise((resolve) => setImmediate(resolve))
      const startedMs = performance.now()
      attempt(name, failures)
      blockedMs += performance.now() - startedMs
    }
    isRunning = false
    notBeforeMs = performance.now() + Math.max(ROUND_INTERVAL_MS, Math.min(LONGEST_REST_MS, REST_PER_WRITE * blockedMs))
    answer(served, failures)
    if (askers.length > 0) arm()
  }

  return {
    async changed(names) {
      if (names.length === 0) return
      for (const name of names) due.add(name)
      const isFirst = askers.length === 0
      const written = new Promise<void>((succeed, fail) => askers.push({ succeed, fail }))
      if (isFirst && !isRunning) arm()
      await written
    },
    flush() {
      const served = takeAskers()
      const failures: unknown[] = []
      clearTimeout(timer)
      for (const name of [...due]) attempt(name, failures)
      answer(served, failures)
    },
  }
}

function answer(askers: readonly Asker[], failures: readonly unknown[]): void {
  for (const { succeed, fail } of askers) {
    if (failures.length > 0) fail(failures[0])
    else succeed()
  }
}
