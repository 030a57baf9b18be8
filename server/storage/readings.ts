import type { FairQueue } from '../base/fair-queue.ts'

/** Who reads stored bytes, see `senderOf`, and until when. */
export type Reader = {
  readonly sender: string
  /** @default it is read to its end */
  readonly signal?: AbortSignal | undefined
}

/**
 * Whatever reads stored bytes waits in the queue for each block, and this is what the first block counts for, bytes;
 * then as much as the one before.
 */
const FIRST_BLOCK_BYTES = 64 * 1024

/**
 * Readings of one sender that are under way at the same time: while one waits for the disk another is hashed, and each
 * keeps a file open.
 */
const AT_ONCE = 4

/** To read a record of the ledger takes about as long as to store so many bytes. */
const RECORD_BYTES = 2048
const RECORDS_AT_ONCE = 64

/** What one sender has under way, and what waits until it may begin, the oldest first. */
type Queue = { running: number; readonly waiting: Set<() => void> }

/** Reading back what is stored, in turn with all that senders do, and only as long as somebody waits for it. */
export class Readings {
  readonly #fairQueue: FairQueue
  readonly #queues = new Map<string, Queue>()

  /** @param fairQueue shared with chunks that are stored. */
  constructor(fairQueue: FairQueue) {
    this.#fairQueue = fairQueue
  }

  /**
   * Runs a task that reads when fewer than {@link AT_ONCE} of its sender's are under way. It must not run another one.
   *
   * @throws the reason of the reader's signal, and what the task throws.
   */
  async run<T>({ sender, signal }: Reader, task: () => Promise<T>): Promise<T> {
    signal?.throwIfAborted()
    const queue = this.#queues.get(sender) ?? { running: 0, waiting: new Set() }
    this.#queues.set(sender, queue)
    if (queue.running >= AT_ONCE) await waitIn(queue.waiting, signal)
    else queue.running += 1
    try {
      return await task()
    } finally {
      this.#admitNext(sender, queue)
    }
  }

  /**
   * The same blocks, each read when it is the reader's turn. Throws the reason of its signal, before the next block.
   */
  async *fairBlocks(reader: Reader, blocks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    const iterator = blocks[Symbol.asyncIterator]()
    try {
      for (let bytes = FIRST_BLOCK_BYTES; ; ) {
        const next = await this.fairTask(reader, bytes, () => iterator.next())
        if (next.done) return
        bytes = next.value.length
        yield next.value
      }
    } finally {
      await iterator.return?.()
    }
  }

  /** The same for records of the ledger, {@link RECORDS_AT_ONCE} at once. */
  async *fairRecords<T>(reader: Reader, records: AsyncIterable<T>): AsyncGenerator<T> {
    const iterator = records[Symbol.asyncIterator]()
    try {
      for (
        let some = await this.#someOf(reader, iterator);
        some.length > 0;
        some = await this.#someOf(reader, iterator)
      )
        yield* some
    } finally {
      await iterator.return?.()
    }
  }

  /** Runs a task that counts for so many bytes when it is the reader's turn. It must not wait for another one. */
  fairTask<T>({ sender, signal }: Reader, bytes: number, task: () => Promise<T>): Promise<T> {
    return this.#fairQueue.run(sender, bytes, task, { signal })
  }

  #someOf<T>(reader: Reader, iterator: AsyncIterator<T>): Promise<T[]> {
    return this.fairTask(reader, RECORDS_AT_ONCE * RECORD_BYTES, async () => {
      const some: T[] = []
      while (some.length < RECORDS_AT_ONCE) {
        const next = await iterator.next()
        if (next.done) break
        some.push(next.value)
      }
      return some
    })
  }

  /** The task that has waited longest takes the place of the one that ended. */
  #admitNext(sender: string, queue: Queue): void {
    const [admit] = queue.waiting
    if (admit !== undefined) {
      queue.waiting.delete(admit)
      admit()
      return
    }
    queue.running -= 1
    if (queue.running === 0) this.#queues.delete(sender)
  }
}

/** Waits to be admitted; leaves the line when the signal is aborted, and rejects with its reason. */
function waitIn(line: Set<() => void>, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const leave = () => {
      line.delete(admit)
      reject(signal?.reason)
    }
    const admit = () => {
      signal?.removeEventListener('abort', leave)
      resolve()
    }
    line.add(admit)
    signal?.addEventListener('abort', leave, { once: true })
  })
}
