import { isSettled, type UploadId, type UploadSnapshot } from '../../contract/contract.ts'
import { next, type UploadEvent } from '../base/status.ts'
import type { ResumeRecord } from '../source/resume-store.ts'
import { createCoalescer } from './coalesce.ts'
import { type Entry, newEntry, snapshotOf } from './entry.ts'
import { ranksAfterMove } from './ranks.ts'
import { createWaitingLine } from './waiting-line.ts'

export type QueueChange = { readonly changed: readonly UploadSnapshot[]; readonly removed: readonly UploadId[] }

/** Ten updates a second look continuous; more only costs copies. */
const PUBLISH_INTERVAL_MS = 100

/** Every upload of the queue, by id and by rank. The sole writer of status, and so the one who publishes changes. */
export function createEntries(publish: (change: QueueChange) => void) {
  const entries = new Map<UploadId, Entry>()
  const waiting = createWaitingLine()
  let lastRank = 0
  const coalescer = createCoalescer<UploadId>(PUBLISH_INTERVAL_MS, (ids) => {
    const known = ids.flatMap((id) => entries.get(id) ?? [])
    publish({ changed: known.map(snapshotOf), removed: ids.filter((id) => !entries.has(id)) })
  })

  const find = (ids: readonly UploadId[]): Entry[] => ids.flatMap((id) => entries.get(id) ?? [])
  const ordered = (): Entry[] => [...entries.values()].sort((a, b) => a.record.rank - b.record.rank)

  function rerank(entry: Entry, rank: number): void {
    waiting.leave(entry)
    entry.record = { ...entry.record, rank }
    lastRank = Math.max(lastRank, rank)
    if (entry.status.kind === 'waiting') waiting.join(entry)
    coalescer.hurry(entry.record.id)
  }

  return {
    add(record: ResumeRecord, restored: boolean): void {
      const entry = newEntry(record, restored)
      entries.set(record.id, entry)
      lastRank = Math.max(lastRank, record.rank)
      if (entry.status.kind === 'waiting') waiting.join(entry)
      coalescer.touch(record.id)
    },
    remove(entry: Entry): void {
      entries.delete(entry.record.id)
      waiting.leave(entry)
      coalescer.hurry(entry.record.id)
    },
    /** Tells an upload what happened; it may be too late for that to mean anything. */
    apply(entry: Entry, event: UploadEvent): void {
      const status = next(entry.status, event)
      if (status === entry.status) return
      const moved = status.kind !== entry.status.kind
      if (entry.status.kind === 'waiting') waiting.leave(entry)
      entry.status = status
      if (status.kind === 'waiting') waiting.join(entry)
      if (moved) coalescer.hurry(entry.record.id)
      else coalescer.touch(entry.record.id)
    },
    /** Moves uploads before another one, or to the end; answers those that have another rank now. */
    move(ids: readonly UploadId[], before: UploadId | undefined): Entry[] {
      const ranks = ranksAfterMove(
        ordered().map(({ record }) => record),
        new Set(ids),
        before,
      )
      const moved = find([...ranks.keys()])
      for (const entry of moved) rerank(entry, ranks.get(entry.record.id) ?? entry.record.rank)
      return moved
    },
    /** Tells of a file whether it is in the queue to a receiver, under the same path, and neither done nor failed. */
    queuedTo(receiver: string): (file: Pick<ResumeRecord, 'source' | 'path'>) => boolean {
      const keyOf = ({ source, path }: Pick<ResumeRecord, 'source' | 'path'>) => `${source}\0${path.join('/')}`
      const open = [...entries.values()].filter(
        ({ record, status }) => record.receiver === receiver && !isSettled(status),
      )
      const keys = new Set(open.map(({ record }) => keyOf(record)))
      return (file) => keys.has(keyOf(file))
    },
    /** The keys that uploads go by now. */
    uploadKeys: (): ReadonlySet<string> => new Set([...entries.values()].map(({ record }) => record.uploadKey)),
    has: (id: UploadId): boolean => entries.has(id),
    /** Those of `ids` that are known. */
    find,
    all: (): Iterable<Entry> => entries.values(),
    ordered,
    /** Those to one receiver that wait for their turn or for better times. */
    idleTo: (receiver: string): Entry[] =>
      [...entries.values()].filter(
        ({ record, status }) => record.receiver === receiver && ['waiting', 'interrupted'].includes(status.kind),
      ),
    firstWaiting: waiting.first,
    /** New uploads go behind this. */
    lastRank: (): number => lastRank,
    /** Publishes now whatever has changed. */
    flush: coalescer.flush,
  }
}
