import type { ChunkStore } from '../store/chunk-store.ts'
import { costOf, keyBelow, type QuotaItem, STEP_BYTES } from './quota-item.ts'

/** A large folder takes long to measure, and so is measured less often: after so many times as long as it took. */
const REST_FACTOR = 10
/**
 * Folders that are known to be there already, and so cost nothing more; what is above this is forgotten and counted
 * again until the next measurement.
 */
const MOST_FOLDERS = 10_000
/** Files and folders that are looked at before another folder that is being measured is looked at. */
const LOOKS_AT_ONCE = 500

/** Runs a task when no other one runs. */
export type RunAlone = <T>(task: () => Promise<T>) => Promise<T>

type Usage = {
  readonly bytes: number
  /** On a clock that is never set, ms. */
  readonly measuredAtMs: number
  readonly tookMs: number
}

/**
 * A folder that a quota is on, and what it holds: what is in it, whoever put it there, and what unfinished uploads of
 * all devices are going to add.
 */
export class QuotaFolder {
  readonly folder: readonly string[]
  readonly #key: string
  #usage: Usage | undefined
  #measuring: Promise<void> | undefined
  #isDoubtful = false
  /** What came since the last measurement, or while it is under way. */
  #addedBytes = 0
  #known = new Set<string>()
  /** Of the known ones, those that were made while a measurement is under way. */
  #made: string[] = []
  /** The folders of what is open, with how many need each. */
  readonly #needed = new Map<string, number>()
  #openBytes = 0
  /** How many folders are needed that are not known to be there. */
  #newFolders = 0

  constructor(folder: readonly string[], key: string) {
    this.folder = folder
    this.#key = key
  }

  /** Undefined before the first measurement. */
  get usedBytes(): number | undefined {
    return this.#usage && this.#usage.bytes + this.#addedBytes + this.#openBytes + this.#newFolders * STEP_BYTES
  }

  /** What would be used in addition if this were open, too. */
  costOf(item: QuotaItem): number {
    const isNew = (key: string) => !this.#known.has(key) && !this.#needed.has(key)
    return item.bytes + this.#within(item).filter(isNew).length * STEP_BYTES
  }

  /** Something is going to be here. */
  open(item: QuotaItem): void {
    this.#openBytes += item.bytes
    for (const key of this.#within(item)) {
      const count = this.#needed.get(key) ?? 0
      this.#needed.set(key, count + 1)
      if (count === 0 && !this.#known.has(key)) this.#newFolders++
    }
  }

  /** It is not, or is here by now. */
  close(item: QuotaItem): void {
    this.#openBytes -= item.bytes
    for (const key of this.#within(item)) {
      const count = this.#needed.get(key) ?? 0
      if (count > 1) this.#needed.set(key, count - 1)
      else this.#needed.delete(key)
      if (count === 1 && !this.#known.has(key)) this.#newFolders--
    }
  }

  /** Something is here that was not. */
  add(item: QuotaItem): void {
    this.#addedBytes += item.bytes
    for (const key of this.#within(item)) {
      if (!this.#known.has(key)) {
        this.#addedBytes += STEP_BYTES
        if (this.#needed.has(key)) this.#newFolders--
        if (this.#measuring !== undefined) this.#made.push(key)
      }
      this.#know(key)
    }
  }

  /** Whether it was measured, not longer ago than this, or than is reasonable for a folder of its size. */
  isFresh(maxAgeMs: number): boolean {
    if (this.#usage === undefined || this.#measuring !== undefined) return false
    const { measuredAtMs, tookMs } = this.#usage
    return performance.now() - measuredAtMs < Math.max(this.#isDoubtful ? 0 : maxAgeMs, tookMs * REST_FACTOR)
  }

  /** Something may have come here that was not counted. */
  doubt(): void {
    this.#isDoubtful = true
  }

  /**
   * Counts what is in the folder; whoever asks meanwhile waits for the same count.
   *
   * @param runAlone runs a piece of it when nothing else is measured.
   * @param signal ends it with the signal's reason.
   */
  measure(store: Pick<ChunkStore, 'heldBelow'>, runAlone: RunAlone, signal: AbortSignal): Promise<void> {
    this.#measuring ??= this.#measureOnce(store, runAlone, signal).finally(() => {
      this.#measuring = undefined
      this.#made = []
    })
    return this.#measuring
  }

  async #measureOnce(store: Pick<ChunkStore, 'heldBelow'>, runAlone: RunAlone, signal: AbortSignal): Promise<void> {
    const startedAtMs = performance.now()
    const addedBefore = this.#addedBytes
    this.#made = []
    this.#isDoubtful = false
    const known = new Set<string>()
    let bytes = 0
    const all = store.heldBelow(this.folder, signal)[Symbol.asyncIterator]()
    const look = async (): Promise<boolean> => {
      for (let looks = 0; looks < LOOKS_AT_ONCE; looks++) {
        const { done, value: held } = await all.next()
        if (done) return false
        bytes += held.kind === 'file' ? costOf(held.sizeBytes) : STEP_BYTES
        if (held.kind === 'folder' && known.size < MOST_FOLDERS) known.add(keyBelow(this.#key, held.path))
      }
      return true
    }
    try {
      while (await runAlone(look));
    } finally {
      await all.return?.()
    }
    const measuredAtMs = performance.now()
    this.#usage = { bytes, measuredAtMs, tookMs: measuredAtMs - startedAtMs }
    // What came while the folder was read may be counted twice until the next time, and is never left out.
    this.#addedBytes -= addedBefore
    this.#known = known
    for (const key of this.#made) this.#know(key)
    this.#newFolders = [...this.#needed.keys()].filter((key) => !this.#known.has(key)).length
  }

  /** The folders of an item that are inside this one. */
  #within({ folders }: QuotaItem): readonly string[] {
    return folders.slice(this.folder.length)
  }

  /** The folders that files came to last are kept. */
  #know(key: string): void {
    this.#known.delete(key)
    this.#known.add(key)
    const [oldest] = this.#known
    if (this.#known.size <= MOST_FOLDERS || oldest === undefined) return
    this.#known.delete(oldest)
    if (this.#needed.has(oldest)) this.#newFolders++
  }
}
