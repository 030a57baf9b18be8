import { ReceiveError } from '../base/errors.ts'

/** So many losses in a row and the disk is not trusted with this upload for a while. */
const MAX_IN_A_ROW = 3
/**
 * How long it is not trusted then, ms: long enough to spare a dying disk, short enough to notice that it was replaced.
 */
const REFUSE_FOR_MS = 60_000

/** How often the disk lost bytes of which upload, one time after the other. Lives as long as the process. */
export class Losses {
  readonly #now: () => number
  readonly #inARow = new Map<string, { readonly times: number; readonly at: number }>()
  readonly #unsettled = new Set<string>()

  /** @param now a clock that is never set, ms. */
  constructor(now: () => number = () => performance.now()) {
    this.#now = now
  }

  /** The disk lost bytes again, and what it gives back may be what the system remembers and the disk does not have. */
  add(fileId: string): void {
    this.#unsettled.add(fileId)
    this.#inARow.set(fileId, { times: (this.#inARow.get(fileId)?.times ?? 0) + 1, at: this.#now() })
  }

  /** The disk kept bytes, or there is no such upload any more. */
  forget(fileId: string): void {
    this.#inARow.delete(fileId)
    this.#unsettled.delete(fileId)
  }

  /** The ledger has forgotten the bytes that were lost. */
  settle(fileId: string): void {
    this.#unsettled.delete(fileId)
  }

  /** True when bytes were lost and the ledger may still claim them. */
  isUnsettled(fileId: string): boolean {
    return this.#unsettled.has(fileId)
  }

  /** Throws ReceiveError STORAGE_NOT_WRITABLE when the disk lost bytes of the upload too often and too recently. */
  mustBeTrusted(fileId: string): void {
    const losses = this.#inARow.get(fileId)
    if (losses === undefined || losses.times < MAX_IN_A_ROW || this.#now() - losses.at >= REFUSE_FOR_MS) return
    throw new ReceiveError(
      'STORAGE_NOT_WRITABLE',
      `The receiver's disk lost bytes of this upload ${losses.times} times in a row; the disk needs a look.`,
    )
  }
}
