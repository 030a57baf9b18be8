import {
  bytesIn,
  intersection,
  missingWithin,
  type Range,
  type RangeSet,
  union,
  withRange,
} from '../bytes/range-set.ts'
import type { Part } from '../store/chunk-store.ts'

/** What a group commit does, in this order. */
export type CommitSteps = {
  /** The part. When it cannot be opened, nothing is lost. */
  readonly open: () => Promise<Pick<Part, 'sync'>>
  /** Called once when `sync` rejected: bytes are lost. Answers what whoever waits is told. */
  readonly lost: (error: unknown) => Error
  /** Resolves when the ledger remembers, through a power cut, that these bytes are durable. */
  readonly checkpoint: (durable: RangeSet) => Promise<void>
}

/** Whether everything that waits is to be durable, or what does not fill a piece of the store may go on waiting. */
type Extent = { readonly all: boolean }

/** Bytes are made durable when so many wait for it. A sync of this much takes a slow disk about a second. */
export const COMMIT_AFTER_BYTES = 64 * 1024 ** 2
/** No byte of a busy upload waits longer than this before a commit begins, ms. */
export const COMMIT_AFTER_MS = 1_000
/**
 * More bytes than this never wait: writers do, until a commit has ended. It bounds what has to be read again after a
 * power cut.
 */
export const MAX_WAITING_BYTES = 256 * 1024 ** 2

/**
 * Makes the bytes of one upload survive a power cut, many chunks at a time: first the data is synced, then a checkpoint
 * is saved. An acknowledgement does not wait for it. A sync that failed is never tried again and believed, because
 * Linux would report success for bytes that it has dropped.
 */
export class GroupCommit {
  readonly #steps: CommitSteps
  #durable: RangeSet
  #waiting: RangeSet = []
  /** What the running commit took. */
  #taken: RangeSet = []
  /** Of those that wait, what the store kept back at the last commit: to ask again at once would change nothing. */
  #keptBackBytes = 0
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
    while (this.waitingBytes >= MAX_WAITING_BYTES) await this.#commit({ all: true })
  }

  /** Resolves when everything that was added is durable and the ledger knows. Throws what a step threw. */
  async flush(): Promise<void> {
    while (this.#running !== undefined || this.#waiting.length > 0) await this.#commit({ all: true })
  }

  /**
   * Resolves when everything that was written is durable, without telling the ledger: what follows will. Nothing may be
   * added meanwhile.
   *
   * @throws what `lost` answered.
   */
  async syncOnly(): Promise<void> {
    this.pause()
    await this.#running
    this.pause()
    await this.#sync({ all: true })
  }

  /** Begins no commit by itself until something is added again. */
  pause(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  /** Forgets what waits, and resolves when nothing is running any more. */
  async drop(): Promise<void> {
    this.#waiting = []
    this.#keptBackBytes = 0
    await this.#running?.catch(() => 'told to whoever waits for it')
    this.#waiting = []
    this.pause()
  }

  #schedule(): void {
    if (this.#running !== undefined || this.#waiting.length === 0) return
    if (this.waitingBytes >= COMMIT_AFTER_BYTES + this.#keptBackBytes) this.#commitUnattended()
    else this.#timer ??= setTimeout(() => this.#commitUnattended(), COMMIT_AFTER_MS)
  }

  #commitUnattended(): void {
    this.#commit({ all: false }).catch(
      () => 'bytes that are lost were reported; a checkpoint that was not saved is tried again',
    )
  }

  /** A commit that is running is waited for, whatever it was asked for. */
  #commit(extent: Extent): Promise<void> {
    this.#running ??= this.#commitOnce(extent).finally(() => {
      this.#running = undefined
      this.#schedule()
    })
    return this.#running
  }

  async #commitOnce(extent: Extent): Promise<void> {
    this.pause()
    this.#taken = this.#waiting
    this.#waiting = []
    try {
      const synced = await this.#sync(extent)
      const durable = union(this.#durable, synced === undefined ? this.#taken : intersection(synced, this.#taken))
      if (synced === undefined || bytesIn(durable) > bytesIn(this.#durable)) await this.#steps.checkpoint(durable)
      this.#durable = durable
      const keptBack = this.#taken.flatMap((range) => missingWithin(durable, range))
      this.#keptBackBytes = bytesIn(keptBack)
      this.#waiting = union(this.#waiting, keptBack)
    } catch (error) {
      this.#waiting = union(this.#taken, this.#waiting)
      throw error
    } finally {
      this.#taken = []
    }
  }

  async #sync(extent: Extent): Promise<RangeSet | undefined> {
    const file = await this.#steps.open()
    try {
      return await file.sync(extent)
    } catch (error) {
      this.#taken = []
      this.#waiting = []
      throw this.#steps.lost(error)
    }
  }
}
