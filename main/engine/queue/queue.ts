import { policyFor } from '../../../proto/reasons.ts'
import type { ConflictPolicy, UploadId, UploadSnapshot } from '../../contract/contract.ts'
import type { ResumeRecord } from '../source/resume-store.ts'
import { newBatchId } from '../source/sent-together.ts'
import { createEntries, type EntriesDeps } from './entries.ts'
import { type Entry, ownKeys, snapshotOf } from './entry.ts'
import { newRecords, type ToQueue } from './new-records.ts'
import { createRuns, type RunsDeps } from './runs.ts'

/** What the queue works with. */
export type QueueDeps = EntriesDeps &
  RunsDeps & {
    /** Tells the receiver that an upload is not wanted any more; never fails. */
    readonly forget: (upload: Pick<ResumeRecord, 'receiver' | 'uploadKey'>) => void
  }

export type QueueOptions = {
  readonly receiver: string
  /** What the receiver does when the name is taken. @default 'keep-both' */
  readonly onConflict?: ConflictPolicy
  /** Of all that is queued here, when an earlier run has queued some of it already. @default a batch of its own */
  readonly batchId?: string
  /**
   * Keys of what earlier runs began of these very paths with other content, to withdraw it from the receiver. @default
   * none
   */
  readonly outdated?: readonly string[]
}

/** The uploads in their order, and what the person asks for. */
export function createQueue(deps: QueueDeps) {
  const entries = createEntries(deps)
  const runs = createRuns(entries, deps)
  const { apply, find, learn } = entries

  function drop(unwanted: readonly Entry[]): void {
    entries.remove(unwanted)
    for (const entry of unwanted) {
      runs.stop(entry, 'Cancelled.')
      if (entry.begun && entry.status.kind !== 'done') deps.forget(entry.record)
    }
    runs.fill()
  }

  return {
    /** Goes on with what earlier runs left. */
    async restore(): Promise<void> {
      entries.restore(ownKeys(await deps.resumeStore.list(), entries.uploadKeys()))
      runs.fill()
    },
    async add(wanted: readonly ToQueue[], options: QueueOptions): Promise<readonly UploadId[]> {
      const { receiver, onConflict = 'keep-both', batchId = newBatchId(), outdated = [] } = options
      const common = { receiver, onConflict, firstRank: entries.lastRank() + 1, batchId }
      const records = newRecords(wanted, common, entries.uploadKeys())
      await entries.add(records)
      runs.fill()
      const ours = outdated.length > 0 ? entries.uploadKeys() : new Set<string>()
      for (const uploadKey of outdated) if (!ours.has(uploadKey)) deps.forget({ receiver, uploadKey })
      return records.map(({ id }) => id)
    },
    pause(ids: readonly UploadId[]): void {
      for (const entry of find(ids)) {
        apply(entry, { kind: 'paused' })
        if (entry.status.kind !== 'paused') continue
        runs.stop(entry, 'Paused.')
        entries.hold([entry], 'paused')
      }
    },
    resume(ids: readonly UploadId[]): void {
      for (const entry of find(ids)) {
        if (entry.status.kind === 'paused') entries.clearHold(entry)
        runs.release(entry, 'paused')
        runs.release(entry, 'interrupted')
      }
      runs.goOn()
    },
    retry(ids: readonly UploadId[]): void {
      for (const entry of find(ids)) {
        if (entry.status.kind !== 'failed') continue
        learn(entry, { startAnew: entry.startAnew || policyFor(entry.status.reason).anew === true, secondChances: 0 })
        entries.clearHold(entry)
        runs.release(entry, 'failed')
      }
      runs.goOn()
    },
    /** Stops and forgets uploads that are not done. */
    cancel(ids: readonly UploadId[]): void {
      drop(find(ids).filter(({ status }) => status.kind !== 'done'))
    },
    /** Takes finished uploads off the list. */
    clear(ids: readonly UploadId[]): void {
      drop(find(ids).filter(({ status }) => status.kind === 'done'))
    },
    move: entries.move,
    list: (): readonly UploadSnapshot[] => entries.ordered().map(snapshotOf),
    sourceOf: (id: UploadId): string | undefined => find([id])[0]?.record.source,
    queuedTo: entries.queuedTo,
    /** Starts what may start: more may be under way than before. */
    fill: runs.fill,
    sleep: runs.sleep,
    wake: runs.wake,
    close: runs.close,
  }
}
