import { ReceiveError } from '../base/errors.ts'
import { Shares } from '../base/shares.ts'
import type { Ledger, UploadRecord } from '../ledger/ledger.ts'
import type { ReceiverLimits } from '../limits/limits.ts'

/** So many times what one owner may leave open, all together may; in between, each has a share. */
const OWNERS = 16

/**
 * The unfinished uploads of each owner, of which there may be only so many, so that nobody can fill the ledger, and the
 * disk with empty parts, by beginning uploads for ever. Uploads that are in the ledger already count too. To add one
 * more is refused with BUSY, until one is finished, cancelled or has expired. Where many owners do that, each may leave
 * open as many as others leave free.
 */
export class OpenUploads {
  readonly #uploads: Pick<Ledger['uploads'], 'unfinished'>
  readonly #limits: Pick<ReceiverLimits, 'maxOpenUploads'>
  readonly #isShared: boolean
  readonly #openOf = new Map<string, Set<string>>()
  readonly #shares: Shares

  /**
   * @param limits looked at for each upload, because it may change
   * @param isShared whether uploads are counted anew before one is refused, because others finish and begin some, too
   */
  static async count(
    { uploads }: { readonly uploads: Pick<Ledger['uploads'], 'unfinished'> },
    limits: Pick<ReceiverLimits, 'maxOpenUploads'>,
    { isShared = false } = {},
  ): Promise<OpenUploads> {
    const open = new OpenUploads(uploads, limits, isShared)
    await open.#countAll()
    return open
  }

  private constructor(
    uploads: Pick<Ledger['uploads'], 'unfinished'>,
    limits: Pick<ReceiverLimits, 'maxOpenUploads'>,
    isShared: boolean,
  ) {
    this.#uploads = uploads
    this.#limits = limits
    this.#isShared = isShared
    this.#shares = new Shares(() => OWNERS * limits.maxOpenUploads)
  }

  /**
   * Counts an upload that is about to be saved. True when it was not counted before. Throws ReceiveError BUSY when its
   * owner has too many.
   */
  async admit(record: UploadRecord): Promise<boolean> {
    if (this.#isOpen(record)) return false
    if (this.#isShared && this.#isFull(record)) await this.#countAll()
    if (this.#isFull(record)) {
      const sentence = `${this.#heldBy(record)} uploads are open and none of them is finished; finish or cancel some first.`
      throw new ReceiveError('BUSY', sentence)
    }
    this.#add(record)
    return true
  }

  /** It is finished, forgotten, or could not be saved. */
  remove(record: UploadRecord): void {
    const owner = ownerOf(record)
    const open = this.#openOf.get(owner)
    if (!open?.delete(record.fileId)) return
    this.#shares.give(owner)
    if (open.size === 0) this.#openOf.delete(owner)
  }

  #add(record: UploadRecord): void {
    if (this.#isOpen(record)) return
    const owner = ownerOf(record)
    const open = this.#openOf.get(owner) ?? new Set()
    this.#openOf.set(owner, open.add(record.fileId))
    this.#shares.add(owner, 1)
  }

  async #countAll(): Promise<void> {
    for (const [owner, open] of this.#openOf) this.#shares.give(owner, open.size)
    this.#openOf.clear()
    for await (const record of this.#uploads.unfinished()) this.#add(record)
  }

  #isOpen(record: UploadRecord): boolean {
    return this.#openOf.get(ownerOf(record))?.has(record.fileId) ?? false
  }

  #isFull(record: UploadRecord): boolean {
    return this.#heldBy(record) >= this.#limits.maxOpenUploads || !this.#shares.mayTake(ownerOf(record))
  }

  #heldBy(record: UploadRecord): number {
    return this.#shares.heldBy(ownerOf(record))
  }
}

/** Callers that nobody asked who they are count as one. */
function ownerOf({ owner = 'anyone' }: UploadRecord): string {
  return owner
}
