/**
 * Runs a task for many at once: whoever asks while it runs shares the next run, which begins when this one has ended.
 */
export class SingleFlight {
  readonly #task: () => Promise<void>
  #running: Promise<void> | undefined
  #next: Promise<void> | undefined

  constructor(task: () => Promise<void>) {
    this.#task = task
  }

  /** Resolves or rejects with a run that began after this was called. */
  run(): Promise<void> {
    if (this.#next !== undefined) return this.#next
    if (this.#running === undefined) return this.#begin()
    this.#next = this.#running
      .catch(() => 'told to whoever asked for that run')
      .then(() => {
        this.#next = undefined
        return this.#begin()
      })
    return this.#next
  }

  /** Resolves when nothing runs any more. */
  async idle(): Promise<void> {
    for (;;) {
      const last = this.#next ?? this.#running
      if (last === undefined) return
      await last.catch(() => 'told to whoever asked for that run')
    }
  }

  #begin(): Promise<void> {
    const run = this.#task().finally(() => {
      if (this.#running === run) this.#running = undefined
    })
    this.#running = run
    return run
  }
}
