/** What was done in a round, in its order, for whoever looks for the cause of a violation. */
export class Diary {
  readonly #startedMs = performance.now()
  readonly #lines: string[] = []

  note(what: string): void {
    const seconds = ((performance.now() - this.#startedMs) / 1000).toFixed(3)
    this.#lines.push(`${seconds} ${what}`)
  }

  lines(): readonly string[] {
    return this.#lines
  }
}
