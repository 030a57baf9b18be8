import type { Range } from '../bytes/range-set.ts'

/** Lets only one writer at a time into any byte of a file. Writers of different bytes do not wait for each other. */
export class RangeLock {
  readonly #held = new Map<Range, Promise<void>>()

  /** Waits until nobody holds a byte of the range, holds it while the task runs, and answers what the task did. */
  async run<T>(range: Range, task: () => Promise<T>): Promise<T> {
    for (let blocker = this.#blockerOf(range); blocker; blocker = this.#blockerOf(range)) await blocker
    const { promise, open } = gate()
    this.#held.set(range, promise)
    try {
      return await task()
    } finally {
      this.#held.delete(range)
      open()
    }
  }

  /** Resolves when every task that runs now has ended, however it ended. */
  async idle(): Promise<void> {
    await Promise.all(this.#held.values())
  }

  #blockerOf(range: Range): Promise<void> | undefined {
    for (const [held, ended] of this.#held) {
      if (held.start < range.end && range.start < held.end) return ended
    }
    return undefined
  }
}

function gate(): { promise: Promise<void>; open: () => void } {
  let open = () => {}
  const promise = new Promise<void>((resolve) => {
    open = resolve
  })
  return { promise, open }
}
