import { CHUNK_BYTES } from '../../proto/limits.ts'
import { Shares } from '../base/shares.ts'

/** What may be stored of all streams together at the same time, bytes. */
const BYTES_OF_ALL = 32 * 1024 ** 2
/** And of one stream, bytes: a disk is kept busy so. */
const BYTES_OF_ONE = 4 * 1024 ** 2

/** What is being stored of all streams, bytes, by whom they count for; see {@link UnderWay}. */
export function newAtWork(): Shares {
  return new Shares(() => BYTES_OF_ALL)
}

/**
 * What one stream has being stored. It takes its next chunk or file while it has fewer, and fewer bytes, than it may,
 * and its sender has not its share of {@link newAtWork}; and always when nothing of its own is being stored.
 */
export class UnderWay {
  readonly #atWork: Shares
  readonly #holder: string
  readonly #most: number
  readonly #tasks = new Set<Promise<void>>()
  #bytes = 0

  /** @param most how many at the same time. */
  constructor(atWork: Shares, holder: string, most: number) {
    this.#atWork = atWork
    this.#holder = holder
    this.#most = most
  }

  get isEmpty(): boolean {
    return this.#tasks.size === 0
  }

  get mayTakeNext(): boolean {
    if (this.isEmpty) return true
    // No chunk of ours, and no file that goes whole, is longer.
    const isRoomy = this.#bytes < BYTES_OF_ONE && this.#atWork.mayTake(this.#holder, CHUNK_BYTES)
    return isRoomy && this.#tasks.size < this.#most
  }

  /**
   * Begins to store so many bytes. Settles as the task does, when `onEnd` was called.
   *
   * @param onEnd when it is not under way any more.
   */
  begin(bytes: number, task: () => Promise<void>, onEnd: () => void): Promise<void> {
    this.#count(bytes)
    const one: Promise<void> = task().finally(() => {
      this.#count(-bytes)
      this.#tasks.delete(one)
      onEnd()
    })
    this.#tasks.add(one)
    return one
  }

  /** Resolves when nothing that is under way now is any more. */
  async ended(): Promise<void> {
    await Promise.all(this.#tasks)
  }

  #count(more: number): void {
    this.#bytes += more
    this.#atWork.add(this.#holder, more)
  }
}
