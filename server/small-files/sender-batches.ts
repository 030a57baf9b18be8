import { type FairQueue, LARGE_TASK } from '../base/fair-queue.ts'

/** So many files of a sender are one task of the fair queue: they take about as long as a chunk. */
const FILES_IN_A_TASK = 64

/** How a file is stored. */
export type Steps<Prepared, Stored> = {
  /** So much of the fair queue it takes, bytes. */
  readonly costBytes: number
  /** Done when it is its sender's turn. */
  readonly prepare: () => Promise<Prepared>
  /** The rest, which waits for nothing but what many share. */
  readonly finish: (prepared: Prepared) => Promise<Stored>
}

type Waiter = {
  readonly costBytes: number
  readonly prepare: () => Promise<void>
  /** Never fails. */
  readonly finish: () => Promise<void>
}

/**
 * Stores small files in batches, of each sender one batch after the other: all that came while one was stored is the
 * next one. So the files of a batch go through each step together, and whatever they need they need only once.
 */
export class SenderBatches {
  readonly #fairQueue: FairQueue
  /** What comes next of each sender that has a batch under way. */
  readonly #waiting = new Map<string, Waiter[]>()

  constructor(fairQueue: FairQueue) {
    this.#fairQueue = fairQueue
  }

  /** Stores a file with others of its sender. What fails fails alone. */
  store<Prepared, Stored>(sender: string, { costBytes, ...steps }: Steps<Prepared, Stored>): Promise<Stored> {
    return new Promise((resolve, reject) => {
      let prepared: Promise<Prepared> | undefined
      const waiter: Waiter = {
        costBytes,
        async prepare() {
          // What throws at once fails alone, too.
          prepared = Promise.resolve().then(steps.prepare)
          await prepared.catch(() => 'told below')
        },
        async finish() {
          await prepared?.then(steps.finish).then(resolve, reject)
        },
      }
      const waiting = this.#waiting.get(sender)
      if (waiting !== undefined) waiting.push(waiter)
      else {
        this.#waiting.set(sender, [waiter])
        // What comes in the same moment goes together.
        setImmediate(() => void this.#storeAll(sender))
      }
    })
  }

  async #storeAll(sender: string): Promise<void> {
    for (;;) {
      const batch = this.#waiting.get(sender) ?? []
      if (batch.length === 0) break
      this.#waiting.set(sender, [])
      const tasks: Promise<void>[] = []
      for (let at = 0; at < batch.length; at += FILES_IN_A_TASK)
        tasks.push(this.#storeTogether(sender, batch.slice(at, at + FILES_IN_A_TASK)))
      await Promise.all(tasks)
    }
    this.#waiting.delete(sender)
  }

  async #storeTogether(sender: string, files: readonly Waiter[]): Promise<void> {
    const bytes = files.reduce((sum, { costBytes }) => sum + costBytes, 0)
    const prepareAll = () => Promise.all(files.map(({ prepare }) => prepare()))
    await this.#fairQueue.run(sender, bytes, prepareAll, { weight: Math.min(files.length, LARGE_TASK) })
    await Promise.all(files.map(({ finish }) => finish()))
  }
}
