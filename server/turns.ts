import { createLine, type Sharer } from '../proto/line.ts'

/** Chunks that are stored at the same time: while one is on its way to the disk another is hashed, and who comes next need not wait long. */
const AT_ONCE = 2

/** Senders whose turns are remembered. The oldest of more is forgotten, and has not had any turn yet when it comes again. */
const MOST_KNOWN = 1024

/** Lets senders store chunks in turn, so that each of them gets as much of the receiver as any other, however many streams it opens. */
export class Turns {
  readonly #line = createLine(() => this.#letGo())
  readonly #sharers = new Map<string, Sharer>()
  #running = 0

  /** Runs a task that stores so many bytes when it is its sender's turn. It must not wait for another one's turn. */
  async run<T>(sender: string, bytes: number, task: () => Promise<T>): Promise<T> {
    const turn = this.#line.join(bytes, this.#sharerOf(sender))
    this.#letGo()
    await turn
    try {
      return await task()
    } finally {
      this.#running -= 1
      this.#letGo()
    }
  }

  #letGo(): void {
    while (this.#running < AT_ONCE && this.#line.first() !== undefined) {
      this.#running += 1
      this.#line.letGo()
    }
  }

  #sharerOf(sender: string): Sharer {
    const sharer = this.#sharers.get(sender) ?? {}
    this.#sharers.set(sender, sharer)
    const [oldest] = this.#sharers.keys()
    if (this.#sharers.size > MOST_KNOWN && oldest !== undefined) this.#sharers.delete(oldest)
    return sharer
  }
}
