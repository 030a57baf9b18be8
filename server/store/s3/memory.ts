import { type ChunkMemory, createChunkMemory } from '../../../proto/messages/chunk-memory.ts'

/** Whoever holds memory and can free some of it when others need it. */
export type MemoryHolder = {
  /** When what it could free was used last; undefined when it has nothing that it could free now. */
  readonly idleSince: Use | undefined
  /** True when it holds so much that it should free some itself before it waits for others. */
  readonly holdsMuch: boolean
  /** Frees what was not used for longest. Answers false when it has none that it could free now. */
  freeSome(): Promise<boolean>
}

/** A moment at which memory was used: on a clock that is never set, ms, and among all uses. */
export type Use = { readonly atMs: number; readonly number: number }

/** What was not used while others were so often is slower than they are, and not only because all are slow. */
const PASSED_USES = 128
/** What was not used for this times the patience is not waited for, however slow all others are. */
const MOST_PATIENCE = 5
/** Nobody waits for more than this times the patience before something is freed: senders do not wait for ever. */
const LONGEST_WAIT = 10

/** How much memory there is. */
export type MemoryLimits = {
  /** There is half a piece for each upload: so much at least, and so much at most, bytes. */
  readonly leastBytes: number
  readonly mostBytes: number
  /** How long a piece usually is, bytes. */
  readonly pieceBytes: number
  /**
   * What was used within this time, ms, is left alone, because more is likely to come for it; and some times longer
   * while all others are as slow.
   */
  readonly patienceMs: number
}

/**
 * The memory in which bytes are gathered, for all uploads together. Whoever needs more than there is waits: until what
 * is on its way to the store has arrived, or until somebody frees what has not been used for a while.
 */
export class GatheringMemory {
  /** Whatever is reserved has its buffer from here, where it is used again. */
  readonly buffers: ChunkMemory
  readonly #limits: MemoryLimits
  readonly #holders = new Set<MemoryHolder>()
  readonly #waiting: (() => void)[] = []
  #heldBytes = 0
  /** How often memory was given back or a holder changed, for those that wait. */
  #changes = 0
  #lastUse: Use = { atMs: 0, number: 0 }
  #freeing: Promise<boolean> | undefined

  constructor(limits: MemoryLimits) {
    this.buffers = createChunkMemory(limits.leastBytes, undefined, Buffer.allocUnsafeSlow)
    this.#limits = limits
  }

  get heldBytes(): number {
    return this.#heldBytes
  }

  add(holder: MemoryHolder): void {
    this.#holders.add(holder)
  }

  remove(holder: MemoryHolder): void {
    this.#holders.delete(holder)
    this.changed()
  }

  /**
   * Resolves when so many bytes may be held; more than there are at all may be when nothing else is. Throws what
   * freeing threw.
   *
   * @param own who asks.
   */
  async reserve(bytes: number, own?: MemoryHolder): Promise<void> {
    const beganMs = performance.now()
    while (this.#heldBytes > 0 && this.#heldBytes + bytes > this.#mostBytes) {
      const before = this.#changes
      const isOwn = own?.holdsMuch === true && own.idleSince !== undefined
      const waitMs = isOwn ? 0 : this.#untilIdleMs(beganMs)
      if (waitMs > 0) await this.#change(waitMs)
      else if (!(await this.#freeOnce(isOwn ? own : undefined)) && this.#changes === before) await this.#change()
    }
    this.#heldBytes += bytes
  }

  /** Others may hold so many bytes again. */
  release(bytes: number): void {
    this.#heldBytes -= bytes
    this.changed()
  }

  /** Somebody uses memory that he holds. */
  use(): Use {
    this.#lastUse = { atMs: performance.now(), number: this.#lastUse.number + 1 }
    this.changed()
    return this.#lastUse
  }

  /** A holder may have some now that it can free. */
  changed(): void {
    this.#changes++
    for (const go of this.#waiting.splice(0)) go()
  }

  get #mostBytes(): number {
    const { leastBytes, mostBytes, pieceBytes } = this.#limits
    return Math.min(mostBytes, Math.max(leastBytes, (this.#holders.size * pieceBytes) / 2))
  }

  /**
   * How long nothing is to be freed, ms, if nobody uses anything until then: infinite when nobody has anything.
   *
   * @param beganMs since when somebody waits.
   */
  #untilIdleMs(beganMs: number): number {
    const { patienceMs } = this.#limits
    const nowMs = performance.now()
    let waitMs = Number.POSITIVE_INFINITY
    for (const { idleSince } of this.#holders) {
      if (idleSince === undefined) continue
      const isPassed = this.#lastUse.number - idleSince.number >= PASSED_USES
      const restedMs = nowMs - idleSince.atMs
      const quietMs = isPassed ? restedMs : nowMs - this.#lastUse.atMs
      const tooLongMs = Math.max(restedMs / MOST_PATIENCE, (nowMs - beganMs) / LONGEST_WAIT)
      waitMs = Math.min(waitMs, patienceMs - quietMs, patienceMs - tooLongMs)
    }
    return waitMs
  }

  /** Resolves when something changes, or after so long. */
  #change(withinMs = Number.POSITIVE_INFINITY): Promise<void> {
    return new Promise((resolve) => {
      const timer = Number.isFinite(withinMs) ? setTimeout(() => this.changed(), Math.ceil(withinMs)) : undefined
      this.#waiting.push(() => {
        clearTimeout(timer)
        resolve()
      })
    })
  }

  #freeOnce(own: MemoryHolder | undefined): Promise<boolean> {
    this.#freeing ??= (own?.freeSome() ?? this.#free()).finally(() => {
      this.#freeing = undefined
    })
    return this.#freeing
  }

  async #free(): Promise<boolean> {
    const usedAt = ({ idleSince }: MemoryHolder) => idleSince?.number ?? Number.POSITIVE_INFINITY
    const holders = [...this.#holders].sort((one, other) => usedAt(one) - usedAt(other))
    for (const holder of holders) if (await holder.freeSome()) return true
    return false
  }
}
