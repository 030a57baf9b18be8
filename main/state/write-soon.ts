/** At most one write in this time, so that a burst of changes costs one write. */
const WRITE_INTERVAL_MS = 250

/**
 * After a write of n ms the next one waits at least this many times n. A write blocks the process it runs in;
 * this keeps a very large file from taking more than a tenth of its time.
 */
const REST_PER_WRITE = 9

/** But nobody who waits for a write, such as someone adding files, should wait longer than this for it to begin. */
const LONGEST_REST_MS = 2_000

export type SoonWriter = {
  /** Asks for a write: at once when it was quiet, else with all others that ask in the meantime. Settles as that write does. */
  request(): Promise<void>
  /** Does now what was asked for and not written yet. */
  flush(): void
}

type Waiting = {
  readonly timer: NodeJS.Timeout
  readonly written: Promise<void>
  readonly succeed: () => void
  readonly fail: (cause: unknown) => void
}

/** Gathers requests to write into few calls of `write`, which is synchronous and throws when it fails. */
export function writeSoon(write: () => void, intervalMs: number = WRITE_INTERVAL_MS): SoonWriter {
  let waiting: Waiting | undefined
  let notBeforeMs = 0

  function wait(): Waiting {
    let succeed: () => void = () => undefined
    let fail: (cause: unknown) => void = () => undefined
    const written = new Promise<void>((resolve, reject) => {
      succeed = resolve
      fail = reject
    })
    const timer = setTimeout(run, Math.max(0, notBeforeMs - performance.now()))
    return { timer, written, succeed, fail }
  }

  function run(): void {
    const due = waiting
    waiting = undefined
    const startedMs = performance.now()
    try {
      write()
      due?.succeed()
    } catch (cause) {
      // Whatever kept the write from happening belongs to those who asked for it.
      due?.fail(cause)
    }
    const endedMs = performance.now()
    notBeforeMs = endedMs + Math.max(intervalMs, Math.min(LONGEST_REST_MS, REST_PER_WRITE * (endedMs - startedMs)))
  }

  return {
    request() {
      waiting ??= wait()
      return waiting.written
    },
    flush() {
      if (!waiting) return
      clearTimeout(waiting.timer)
      run()
    },
  }
}
