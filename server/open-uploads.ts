import { ReceiveError } from './errors.ts'
import type { Ledger, UploadRecord } from './ledger/ledger.ts'
import type { ReceiverLimits } from './limits.ts'

/**
 * A ledger that takes only so many unfinished uploads of each owner, so that nobody can fill it, and the disk with empty parts, by beginning
 * uploads for ever. Uploads that are in the ledger already count too. To add one more is refused with BUSY, until one is finished, cancelled or
 * has expired.
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
  const isOpen = (record: UploadRecord) => openOf.get(ownerOf(record))?.has(record.fileId) ?? false
  const add = (record: UploadRecord) => {
    const open = openOf.get(ownerOf(record)) ?? new Set()
    openOf.set(ownerOf(record), open.add(record.fileId))
  }
  const remove = (record: UploadRecord) => {
    const open = openOf.get(ownerOf(record))
    if (open?.delete(record.fileId) && open.size === 0) openOf.delete(ownerOf(record))
  }
  const countAll = async () => {
    openOf.clear()
    for await (const record of ledger.uploads.unfinished()) add(record)
  }
  const isFull = (record: UploadRecord) => (openOf.get(ownerOf(record))?.size ?? 0) >= limits.maxOpenUploads
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
          const sentence = `${limits.maxOpenUploads} uploads are open and none of them is finished; finish or cancel some first.`
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
