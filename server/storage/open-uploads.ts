import { ReceiveError } from '../base/errors.ts'
import { Shares } from '../base/shares.ts'
import type { Ledger, UploadRecord } from '../ledger/ledger.ts'
import type { ReceiverLimits } from '../limits/limits.ts'

/** So many times what one owner may leave open, all together may; in between, each has a share. */
const OWNERS = 16

/**
 * A ledger that takes only so many unfinished uploads of each owner, so that nobody can fill it, and the disk with empty parts, by beginning
 * uploads for ever. Uploads that are in the ledger already count too. To add one more is refused with BUSY, until one is finished, cancelled or
 * has expired. Where many owners do that, each may leave open as many as others leave free.
 *
 * @param limits looked at for each upload, because it may change
 * @param ownerOf names whoever an upload belongs to
 * @param options.recount whether uploads are counted anew before one is refused, because others finish and begin some, too
 */
export async function withOpenUploadsCap(
  ledger: Ledger,
  limits: Pick<ReceiverLimits, 'maxOpenUploads'>,
  ownerOf: (record: UploadRecord) => string,
  { recount = false } = {},
): Promise<Ledger> {
  const openOf = new Map<string, Set<string>>()
  const shares = new Shares(() => OWNERS * limits.maxOpenUploads)
  const isOpen = (record: UploadRecord) => openOf.get(ownerOf(record))?.has(record.fileId) ?? false
  const add = (record: UploadRecord) => {
    if (isOpen(record)) return
    const open = openOf.get(ownerOf(record)) ?? new Set()
    openOf.set(ownerOf(record), open.add(record.fileId))
    shares.add(ownerOf(record), 1)
  }
  const remove = (record: UploadRecord) => {
    const open = openOf.get(ownerOf(record))
    if (!open?.delete(record.fileId)) return
    shares.give(ownerOf(record))
    if (open.size === 0) openOf.delete(ownerOf(record))
  }
  const countAll = async () => {
    for (const [owner, open] of openOf) shares.give(owner, open.size)
    openOf.clear()
    for await (const record of ledger.uploads.unfinished()) add(record)
  }
  const heldBy = (record: UploadRecord) => shares.heldBy(ownerOf(record))
  const isFull = (record: UploadRecord) => heldBy(record) >= limits.maxOpenUploads || !shares.mayTake(ownerOf(record))
  await countAll()

  return {
    ...ledger,
    uploads: {
      ...ledger.uploads,
      async save(record, options) {
        if (record.state.kind === 'finished') {
          await ledger.uploads.save(record, options)
          return remove(record)
        }
        if (isOpen(record)) return ledger.uploads.save(record, options)
        if (recount && isFull(record)) await countAll()
        if (isFull(record)) {
          const sentence = `${heldBy(record)} uploads are open and none of them is finished; finish or cancel some first.`
          throw new ReceiveError('BUSY', sentence)
        }
        add(record)
        try {
          await ledger.uploads.save(record, options)
        } catch (error) {
          remove(record)
          throw error
        }
      },
      async forget(record) {
        await ledger.uploads.forget(record)
        remove(record)
      },
    },
  }
}
