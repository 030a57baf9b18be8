/**
 * The weight of a task while it runs, of {@link ALL}: storing a chunk or reading a block is large, and so are many
 * small files; one small file mostly waits for the disk.
 */
export const LARGE_TASK = 8
const SMALL_TASK = 1

/**
 * Two large tasks run at the same time: while one writes to the disk the other hashes. More would make the next sender
 * wait longer.
 */
const ALL = 2 * LARGE_TASK

/** What each task costs beside its bytes, in bytes: the ledger stores a record for a chunk of any length. */
const TASK_BYTES = 64 * 1024

/**
 * A sender whose next task came within this time after its last one, ms, sends one chunk after the other. The queue
 * keeps its place free for as long before it admits senders that have had more: else a sender with many streams would
 * be served once for each of them in between.
 */
const AWAITED_MS = 30

/**
 * A sender that keeps up with the receiver is back within this time when nobody else is served, ms. To wait longer was
 * in vain.
 */
const QUICK_MS = 10

/**
 * The budget for waiting in vain, ms, and the part of the passing time that refills it: an awaited sender may be held
 * up by its network.
 */
const MOST_VAIN_MS = 300
const VAIN_PART = 0.1

/**
 * The credit of a sender that was not served for a while, bytes: so much it is served first, until it has caught up. So
 * a little data gets through beside a sender that never stops, and that sender waits for no more than this.
 */
const MOST_BEHIND_BYTES = 32 * 1024 ** 2

/** Senders that are remembered. When there are more, the oldest is forgotten, and counts as new when it comes again. */
const MOST_KNOWN = 1024

type Waiter = { readonly bytes: number; readonly weight: number; readonly go: () => void }

type Sender = {
  /** The cost of all of its tasks that were admitted. The sender with the least is next. */
  hadBytes: number
  /** The weight of its tasks that run. */
  running: number
  readonly waiting: Set<Waiter>
  /** When its last task ended and no other one waited. */
  leftAtMs: number
  /** How long it was away the last time, ms. */
  awayMs: number
  /** Whether another sender waits for it to come back. */
  isHeldFor: boolean
}

/**
 * Runs what senders ask for, storing chunks and reading back what is stored, so that each of them gets as much of the
 * receiver as any other, however many streams it opens. A sender that comes later starts where the others are, less
 * {@link MOST_BEHIND_BYTES}.
 */
export class FairQueue {
  readonly #now: () => number
  readonly #senders = new Map<string, Sender>()
  readonly #backlogged = new Set<Sender>()
  /** Senders that are likely to be back at once; the one that left first comes first. */
  readonly #awaited = new Set<Sender>()
  #timer: NodeJS.Timeout | undefined
  #vainMs = { left: MOST_VAIN_MS, atMs: 0 }
  #running = 0
  /** What the sender of the last task had had before it, bytes. */
  #reachedBytes = 0

  /** @param now a clock that is never set, ms. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now
  }

  /** Waits in the queue for what costs about as much as to store so many bytes, and is done outside of it. */
  async pay(sender: string, bytes: number, signal?: AbortSignal): Promise<void> {
    await this.run(sender, bytes, async () => undefined, { signal, weight: SMALL_TASK })
  }

  /**
   * Runs a task that stores or reads so many bytes when it is its sender's turn. It must not wait for another task of
   * the queue.
   *
   * @param options.signal ends the waiting; rejects with its reason.
   * @param options.weight see {@link SMALL_TASK}. @default that of a chunk
   */
  async run<T>(
    sender: string,
    bytes: number,
    task: () => Promise<T>,
    { signal, weight = LARGE_TASK }: { readonly signal?: AbortSignal | undefined; readonly weight?: number } = {},
  ): Promise<T> {
    signal?.throwIfAborted()
    const own = this.#senderOf(sender)
    this.#comeBack(own)
    const admitted = this.#join(own, bytes, weight, signal)
    this.#admit()
    await admitted
    try {
      return await task()
    } finally {
      own.running -= weight
      this.#running -= weight
      if (own.running === 0 && own.waiting.size === 0) this.#leave(own)
      this.#admit()
    }
  }

  #leave(own: Sender): void {
    own.leftAtMs = this.#now()
    if (own.awayMs <= AWAITED_MS) this.#awaited.add(own)
  }

  #comeBack(own: Sender): void {
    if (own.running === 0 && own.waiting.size === 0) own.awayMs = this.#now() - own.leftAtMs
    if (this.#awaited.delete(own)) this.#stopWaitingFor(own, own.awayMs)
  }

  #stopWaitingFor(own: Sender, forMs: number): void {
    if (own.isHeldFor && forMs > QUICK_MS) this.#vainMs.left -= forMs
    own.isHeldFor = false
  }

  #mayWait(nowMs: number): boolean {
    const { left, atMs } = this.#vainMs
    this.#vainMs = { left: Math.min(MOST_VAIN_MS, left + (nowMs - atMs) * VAIN_PART), atMs: nowMs }
    return this.#vainMs.left > 0
  }

  #join(own: Sender, bytes: number, weight: number, signal: AbortSignal | undefined): Promise<void> {
    return new Promise((resolve, reject) => {
      const leave = () => {
        this.#remove(own, waiter)
        reject(signal?.reason)
        this.#admit()
      }
      const go = () => {
        signal?.removeEventListener('abort', leave)
        resolve()
      }
      const waiter: Waiter = { bytes, weight, go }
      signal?.addEventListener('abort', leave, { once: true })
      own.waiting.add(waiter)
      this.#backlogged.add(own)
      if (own.waiting.size === 1) own.hadBytes = Math.max(own.hadBytes, this.#reachedBytes - MOST_BEHIND_BYTES)
    })
  }

  #admit(): void {
    for (let next = this.#next(); next !== undefined; next = this.#next()) {
      const { own, waiter } = next
      this.#remove(own, waiter)
      this.#reachedBytes = Math.max(this.#reachedBytes, own.hadBytes)
      own.hadBytes += waiter.bytes + TASK_BYTES
      own.running += waiter.weight
      this.#running += waiter.weight
      waiter.go()
    }
  }

  /** The first waiter of whoever has had least, when there is room for it. */
  #next(): { readonly own: Sender; readonly waiter: Waiter } | undefined {
    let next: { readonly own: Sender; readonly waiter: Waiter } | undefined
    for (const own of this.#backlogged) {
      const [waiter] = own.waiting
      if (waiter === undefined || (next !== undefined && next.own.hadBytes <= own.hadBytes)) continue
      if (!this.#isAheadOfAwaited(own)) next = { own, waiter }
    }
    return next !== undefined && this.#running + next.waiter.weight <= ALL ? next : undefined
  }

  /** Whether somebody is awaited who has had no more. */
  #isAheadOfAwaited(own: Sender): boolean {
    const nowMs = this.#now()
    for (const awaited of this.#awaited) {
      const leftMs = AWAITED_MS - (nowMs - awaited.leftAtMs)
      if (leftMs <= 0) {
        this.#awaited.delete(awaited)
        this.#stopWaitingFor(awaited, AWAITED_MS)
      } else if (awaited.hadBytes <= own.hadBytes && this.#mayWait(nowMs)) {
        awaited.isHeldFor = true
        this.#lookAgain(leftMs)
        return true
      }
    }
    return false
  }

  #lookAgain(afterMs: number): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined
      this.#admit()
    }, Math.ceil(afterMs))
  }

  #remove(own: Sender, waiter: Waiter): void {
    own.waiting.delete(waiter)
    if (own.waiting.size === 0) this.#backlogged.delete(own)
  }

  #senderOf(name: string): Sender {
    const sender = this.#senders.get(name) ?? {
      hadBytes: 0,
      running: 0,
      waiting: new Set(),
      leftAtMs: Number.NEGATIVE_INFINITY,
      awayMs: Number.POSITIVE_INFINITY,
      isHeldFor: false,
    }
    this.#senders.set(name, sender)
    const [oldest] = this.#senders.keys()
    if (this.#senders.size > MOST_KNOWN && oldest !== undefined) this.#senders.delete(oldest)
    return sender
  }
}
