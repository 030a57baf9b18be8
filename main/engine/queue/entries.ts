import { isSettled, type UploadId, type UploadSnapshot } from '../../contract/contract.ts'
import { next, type UploadEvent } from '../base/status.ts'
import type { OnlyMd5 } from '../send/digest-choice.ts'
import type { ResumeRecord, ResumeStore } from '../source/resume-store.ts'
import { createCoalescer } from './coalesce.ts'
import { type Entry, newEntry, snapshotOf, withHashed } from './entry.ts'
import { ranksAfterMove } from './ranks.ts'
import { createWaitingLine } from './waiting-line.ts'

export type QueueChange = { readonly changed: readonly UploadSnapshot[]; readonly removed: readonly UploadId[] }

/** Ten updates a second look continuous; more only costs copies. */
const PUBLISH_INTERVAL_MS = 100

/** So many uploads are told of at once: all of a very long queue would need its memory twice. */
const PUBLISH_AT_ONCE = 10_000

/** What the person should know; `message` is a sentence in English. */
export type Warning = { readonly message: string } & (
  | { readonly reason: 'LIST_NOT_SAVED'; readonly cause: unknown }
  /** It knows only the first three rpcs. */
  | { readonly reason: 'THREE_RPC_RECEIVER'; readonly receiver: string }
  | OnlyMd5
)

export type EntriesDeps = {
  readonly resumeStore: ResumeStore
  readonly publish: (change: QueueChange) => void
  readonly warn: (warning: Warning) => void
}

export type Entries = ReturnType<typeof createEntries>

type Held = ResumeRecord['held']

/**
 * Every upload of the queue, by id and by rank. The sole writer of uploads, and so the one who publishes and saves
 * changes.
 */
export function createEntries({ resumeStore, publish, warn }: EntriesDeps) {
  const entries = new Map<UploadId, Entry>()
  const waiting = createWaitingLine()
  let lastRank = 0
  const coalescer = createCoalescer<UploadId>(PUBLISH_INTERVAL_MS, (ids) => {
    for (let at = 0; at < ids.length; at += PUBLISH_AT_ONCE) {
      const some = ids.slice(at, at + PUBLISH_AT_ONCE)
      const known = some.flatMap((id) => entries.get(id) ?? [])
      publish({ changed: known.map(snapshotOf), removed: some.filter((id) => !entries.has(id)) })
    }
  })

  const find = (ids: readonly UploadId[]): Entry[] => ids.flatMap((id) => entries.get(id) ?? [])
  const ordered = (): Entry[] => [...entries.values()].sort((a, b) => a.record.rank - b.record.rank)

  /** What this run learned of an upload. Nothing of it is published or saved by this alone. */
  function learn(entry: Entry, what: Partial<Omit<Entry, 'status'>>): void {
    Object.assign(entry, what)
  }

  /** Uploads go on when they cannot be saved; the person must know that they would not survive a crash. */
  async function saved(written: Promise<void>): Promise<void> {
    await written.catch((cause: Error) => {
      const message = `Longshore cannot save its list of uploads: ${cause.message}`
      warn({ reason: 'LIST_NOT_SAVED', message, cause })
    })
  }

  /** Takes over into the record how far the source is hashed, and what the person decided or has to decide. */
  function takeOver(entry: Entry, held: Held): void {
    const { held: _, ...rest } = withHashed(entry)
    learn(entry, { record: held === undefined ? rest : { ...rest, held } })
  }

  function write(changed: readonly Entry[]): void {
    const known = changed.filter(({ record }) => entries.has(record.id))
    if (known.length > 0) void saved(resumeStore.put(known.map(({ record }) => record)))
  }

  function add(record: ResumeRecord, restored: boolean): void {
    const entry = newEntry(record, restored)
    entries.set(record.id, entry)
    lastRank = Math.max(lastRank, record.rank)
    if (entry.status.kind === 'waiting') waiting.join(entry)
    coalescer.touch(record.id)
  }

  function rerank(entry: Entry, rank: number): void {
    waiting.leave(entry)
    learn(entry, { record: { ...entry.record, rank } })
    lastRank = Math.max(lastRank, rank)
    if (entry.status.kind === 'waiting') waiting.join(entry)
    coalescer.hurry(entry.record.id)
  }

  return {
    learn,
    /** Those of an earlier run. */
    restore(records: readonly ResumeRecord[]): void {
      for (const record of records) add(record, true)
    },
    /** New ones. They are saved before the first byte goes; what cannot be saved is added all the same. */
    async add(records: readonly ResumeRecord[]): Promise<void> {
      await saved(resumeStore.put(records))
      for (const record of records) add(record, false)
    },
    /** Saves how far an upload has come. */
    save(entry: Entry): void {
      takeOver(entry, entry.record.held)
      write([entry])
    },
    /** Saves what the person decided about uploads, or has to decide, with how far they have come. */
    hold(held: readonly Entry[], why: NonNullable<Held>): void {
      for (const entry of held) takeOver(entry, why)
      write(held)
    },
    /** Saves that an upload goes on. */
    clearHold(entry: Entry): void {
      takeOver(entry, undefined)
      write([entry])
    },
    /** One that is done stays on the list of this run, and is no more to be done in the next. */
    saveDone(entry: Entry): void {
      void saved(resumeStore.remove([entry.record.id], withHashed(entry)))
    },
    remove(unwanted: readonly Entry[]): void {
      for (const entry of unwanted) {
        entries.delete(entry.record.id)
        waiting.leave(entry)
        coalescer.hurry(entry.record.id)
      }
      void saved(resumeStore.remove(unwanted.map(({ record }) => record.id)))
    },
    /** Tells an upload what happened; it may be too late for that to mean anything. */
    apply(entry: Entry, event: UploadEvent): void {
      const status = next(entry.status, event)
      if (status === entry.status) return
      const moved = status.kind !== entry.status.kind
      if (entry.status.kind === 'waiting') waiting.leave(entry)
      Object.assign(entry, { status })
      if (status.kind === 'waiting') waiting.join(entry)
      if (moved) coalescer.hurry(entry.record.id)
      else coalescer.touch(entry.record.id)
    },
    /** Moves uploads before another one, or to the end. */
    move(ids: readonly UploadId[], before: UploadId | undefined): void {
      const ranks = ranksAfterMove(
        ordered().map(({ record }) => record),
        new Set(ids),
        before,
      )
      const moved = find([...ranks.keys()])
      for (const entry of moved) rerank(entry, ranks.get(entry.record.id) ?? entry.record.rank)
      void saved(resumeStore.put(moved.map(({ record }) => record)))
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
