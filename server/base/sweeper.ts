import type { OnUnexpected } from './unexpected.ts'

/** Looks again and again for something to do, never twice at the same time. */
export abstract class Sweeper {
  readonly #onUnexpected: OnUnexpected
  readonly #timer: NodeJS.Timeout
  #sweeping: Promise<void> | undefined

  /** @param everyMs how often it looks. */
  constructor(everyMs: number, onUnexpected: OnUnexpected) {
    this.#onUnexpected = onUnexpected
    this.#timer = setInterval(() => void this.sweep(), everyMs).unref()
  }

  /** Looks once; whoever asks while it runs waits for the same look. Never rejects. */
  sweep(): Promise<void> {
    this.#sweeping ??= this.look()
      .catch(this.#onUnexpected)
      .finally(() => {
        this.#sweeping = undefined
      })
    return this.#sweeping
  }

  /** Stops, and waits for what is being deleted. */
  async close(): Promise<void> {
    clearInterval(this.#timer)
    await this.#sweeping
  }

  protected abstract look(): Promise<void>
}
