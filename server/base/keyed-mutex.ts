/** Runs tasks of the same key one after the other, and tasks of different keys at the same time. */
export class KeyedMutex {
  /** By key: the task that came last. */
  readonly #last = new Map<string, Promise<unknown>>()

  /**
   * Runs a task when all of the same key that came before have ended, however they ended. It must not wait for another
   * one of its key.
   */
  async run<T>(key: string, task: () => Promise<T>): Promise<T> {
    const before = this.#last.get(key)
    const running = (async () => {
      await before?.catch(() => 'told to whoever asked for that task')
      return task()
    })()
    this.#last.set(key, running)
    try {
      return await running
    } finally {
      if (this.#last.get(key) === running) this.#last.delete(key)
    }
  }
}
