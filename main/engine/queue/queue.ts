import type { UploadId, UploadSnapshot } from '../../contract/contract.ts'
import type { ResumeRecord } from '../source/resume-store.ts'
import { createEntries, type EntriesDeps } from './entries.ts'
import { type Entry, snapshotOf } from './entry.ts'
import { createRuns, type RunsDeps } from './runs.ts'
import { needsStartAnew } from './verdict.ts'

/** What the queue works with. */
export type QueueDeps = EntriesDeps &
  RunsDeps & {
    /** Tells the receiver that an upload is not wanted any more; never fails. */
    readonly forget: (record: ResumeRecord) => void
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
    /** Goes on with uploads of an earlier run. */
    restore(records: readonly ResumeRecord[]): void {
      entries.restore(records)
      runs.fill()
    },
    async add(records: readonly ResumeRecord[]): Promise<void> {
      await entries.add(records)
      runs.fill()
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
        learn(entry, { startAnew: entry.startAnew || needsStartAnew(entry.status.reason), secondChances: 0 })
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
    lastRank: entries.lastRank,
    queuedTo: entries.queuedTo,
    uploadKeys: entries.uploadKeys,
    /** Starts what may start: more may be under way than before. */
    fill: runs.fill,
    sleep: runs.sleep,
    wake: runs.wake,
    close: runs.close,
  }
}
