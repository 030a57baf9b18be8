import { bytesIn, type Range, type RangeSet, union, withRange } from './range-set.ts'

/** What a group commit does, in this order. */
export type CommitSteps = {
  /** The file. When it cannot be opened, nothing is lost. `sync` resolves when everything written before survives a power cut. */
  readonly open: () => Promise<{ sync(): Promise<void> }>
  /** Called once when `sync` rejected: bytes are lost. Answers what whoever waits is told. */
  readonly lost: (error: unknown) => Error
  /** Resolves when the ledger remembers, through a power cut, that these bytes are durable. */
  readonly checkpoint: (durable: RangeSet) => Promise<void>
}

/** Bytes are made durable when so many wait for it. A sync of this much takes a slow disk about a second. */
export const COMMIT_AFTER_BYTES = 64 * 1024 ** 2
/** No byte of a busy upload waits longer than this before a commit begins, ms. */
export const COMMIT_AFTER_MS = 1_000
/** More bytes than this never wait: writers do, until a commit has ended. It bounds what has to be read again after a power cut. */
export const MAX_WAITING_BYTES = 256 * 1024 ** 2

/**
 * Makes the bytes of one upload survive a power cut, many chunks at a time: first the data is synced, then a checkpoint is saved. An
 * acknowledgement does not wait for it. A sync that failed is never tried again and believed, because Linux would report success for bytes
 * that it has dropped.
 */
export class GroupCommit {
  readonly #steps: CommitSteps
  #durable: RangeSet
  #waiting: RangeSet = []
  /** What the running commit took. */
  #taken: RangeSet = []
  #running: Promise<void> | undefined
  #timer: NodeJS.Timeout | undefined

  /** @param durable what the last checkpoint says. */
  constructor(steps: CommitSteps, durable: RangeSet) {
    this.#steps = steps
    this.#durable = durable
  }

  /** What survives a power cut, merged and ascending. */
  get durable(): RangeSet {
    return this.#durable
  }

  /** Bytes that were written and recorded, and do not survive a power cut yet. */
  get waitingBytes(): number {
    return bytesIn(this.#waiting) + bytesIn(this.#taken)
  }

  /** These bytes were written and recorded. */
  add(written: Range): void {
    this.#waiting = withRange(this.#waiting, written)
    this.#schedule()
  }

  /** Resolves when there is room for more bytes to wait. Throws what kept the commit from making room. */
  async room(): Promise<void> {
    while (this.waitingBytes >= MAX_WAITING_BYTES) await this.#commit()
  }

  /** Resolves when everything that was added is durable and the ledger knows. Throws what a step threw. */
  async flush(): Promise<void> {
    while (this.#running !== undefined || this.#waiting.length > 0) await this.#commit()
  }

  /**
   * Resolves when everything that was written is durable, without telling the ledger: what follows will. Nothing may be added meanwhile.
   *
   * @throws what `lost` answered.
   */
  async syncOnly(): Promise<void> {
    this.pause()
    await this.#running
    this.pause()
    await this.#sync()
  }

  /** Begins no commit by itself until something is added again. */
  pause(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  /** Forgets what waits, and resolves when nothing is running any more. */
  async drop(): Promise<void> {
    this.#waiting = []
    await this.#running?.catch(() => 'told to whoever waits for it')
    this.#waiting = []
    this.pause()
  }

  #schedule(): void {
    if (this.#running !== undefined || this.#waiting.length === 0) return
    if (this.waitingBytes >= COMMIT_AFTER_BYTES) this.#commitUnattended()
    else this.#timer ??= setTimeout(() => this.#commitUnattended(), COMMIT_AFTER_MS)
  }

  #commitUnattended(): void {
    this.#commit().catch(() => 'bytes that are lost were reported; a checkpoint that was not saved is tried again')
  }

  #commit(): Promise<void> {
    this.#running ??= this.#commitOnce().finally(() => {
      this.#running = undefined
      this.#schedule()
    })
    return this.#running
  }

  async #commitOnce(): Promise<void> {
    this.pause()
    this.#taken = this.#waiting
    this.#waiting = []
    try {
      await this.#sync()
      const durable = union(this.#durable, this.#taken)
      await this.#steps.checkpoint(durable)
      this.#durable = durable
    } catch (error) {
      this.#waiting = union(this.#taken, this.#waiting)
      throw error
    } finally {
      this.#taken = []
    }
  }

  async #sync(): Promise<void> {
    const file = await this.#steps.open()
    try {
      await file.sync()
    } catch (error) {
      this.#taken = []
      this.#waiting = []
      throw this.#steps.lost(error)
    }
  }
}
