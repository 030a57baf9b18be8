import { type FinishedRecord, isFinished, type Ledger, type UploadRecord } from './ledger/ledger.ts'
import type { Quotas } from './permissions/quotas.ts'
import type { OpenUploads } from './storage/open-uploads.ts'
import type { RunningCounters } from './upkeep/counters.ts'
import type { UploadsLog } from './upkeep/received-log.ts'

/** What else has a part in it when a receiver saves something. */
export type LedgerEffects = {
  /** Throws when the receiver may not write any more, because another one may have its folder. */
  readonly guard: { mustHold(): void }
  /** Refuses one unfinished upload too many. */
  readonly openUploads: Pick<OpenUploads, 'admit' | 'remove'>
  /** Tells the receiving folder's log of each file. */
  readonly log: UploadsLog
  /** Knows what is going to need room. */
  readonly quotas: Pick<Quotas, 'saved' | 'finished' | 'forgotten'>
  readonly counters: Pick<RunningCounters, 'stored'>
}

/**
 * The ledger of a receiver that runs: all that happens beside saving is said here. Throws what the ledger and the
 * effects throw.
 */
export function withEffects(ledger: Ledger, { guard, openUploads, log, quotas, counters }: LedgerEffects): Ledger {
  const { uploads, chunks, checkpoints } = ledger

  const saveUnfinished: Ledger['uploads']['save'] = async (record, options) => {
    const isNew = await openUploads.admit(record)
    try {
      guard.mustHold()
      if (record.state.kind === 'publishing') await log.announce(record)
      await uploads.save(record, options)
    } catch (error) {
      if (isNew) openUploads.remove(record)
      throw error
    }
    quotas.saved(record)
  }

  /**
   * When the record is saved durably, the line in the log survives a power cut, too; and a crash of this process never
   * leaves the record without the line, because that is written first. Both are made durable at the same time, which
   * costs small files far less than one after the other.
   */
  const saveFinished = async (record: FinishedRecord, options?: { readonly durable?: boolean }) => {
    guard.mustHold()
    await log.finished(record)
    await Promise.all([options?.durable ? log.sync() : undefined, uploads.save(record, options)])
    await log.settled(record)
    openUploads.remove(record)
    quotas.finished(record)
  }

  return {
    ...ledger,
    uploads: {
      ...uploads,
      save: (record, options) => (isFinished(record) ? saveFinished(record, options) : saveUnfinished(record, options)),
      async rekey(record, uploadKey) {
        guard.mustHold()
        return uploads.rekey(record, uploadKey)
      },
      async forget(record: UploadRecord) {
        guard.mustHold()
        await uploads.forget(record)
        await log.settled(record)
        openUploads.remove(record)
        quotas.forgotten(record)
      },
    },
    chunks: {
      ...chunks,
      async save(fileId, chunk) {
        guard.mustHold()
        await chunks.save(fileId, chunk)
        counters.stored(chunk.end - chunk.start)
      },
    },
    checkpoints: {
      ...checkpoints,
      async save(...save) {
        guard.mustHold()
        await checkpoints.save(...save)
      },
    },
    async flush() {
      await Promise.all([log.sync(), ledger.flush()])
    },
  }
}
