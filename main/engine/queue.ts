import type { UploadId, UploadSnapshot } from '../contract.ts'
import type { AttemptReport } from './attempt.ts'
import { createCoalescer } from './coalesce.ts'
import { type Entry, newEntry, snapshotOf } from './entry.ts'
import { ranksAfterMove } from './ranks.ts'
import { createReceiverHolds } from './receiver-holds.ts'
import type { ResumeRecord, ResumeStore } from './resume-store.ts'
import { retryDelayMs } from './retry.ts'
import { createSlots } from './slots.ts'
import { next, type UploadEvent } from './status.ts'
import { needsStartAnew, verdictOn } from './verdict.ts'
import { createWaitingLine } from './waiting-line.ts'

export type QueueChange = { readonly changed: readonly UploadSnapshot[]; readonly removed: readonly UploadId[] }

export type QueueDeps = {
  readonly resumeStore: ResumeStore
  /** Makes one attempt at one upload. Resolves when it is finished; fails with an UploadError. */
  readonly attempt: (
    entry: Entry,
    report: AttemptReport,
    signal: AbortSignal,
  ) => Promise<UploadEvent & { kind: 'finished' }>
  /** Tells the receiver that an upload is not wanted any more; never fails. */
  readonly forget: (record: ResumeRecord) => void
  readonly publish: (change: QueueChange) => void
  /** Hears a sentence the person should know. */
  readonly warn: (message: string) => void
  readonly filesAtOnce: number
  readonly unreachableGraceMs: number | undefined
}

/** Ten updates a second look continuous; more only costs copies. */
const PUBLISH_INTERVAL_MS = 100

/** Which uploads run, and in what order. The sole writer of status. */
export function createQueue(deps: QueueDeps) {
  const entries = new Map<UploadId, Entry>()
  const waiting = createWaitingLine()
  let lastRank = 0
  const coalescer = createCoalescer<UploadId>(PUBLISH_INTERVAL_MS, (ids) => {
    const known = ids.flatMap((id) => entries.get(id) ?? [])
    deps.publish({ changed: known.map(snapshotOf), removed: ids.filter((id) => !entries.has(id)) })
  })
  const holds = createReceiverHolds((receiver) => {
    for (const entry of entries.values()) {
      if (entry.record.receiver === receiver && entry.retryTimer === undefined) release(entry, 'interrupted')
    }
    slots.fill()
  }, deps.unreachableGraceMs)

  const ordered = (): Entry[] => [...entries.values()].sort((a, b) => a.record.rank - b.record.rank)
  const find = (ids: readonly UploadId[]): Entry[] => ids.flatMap((id) => entries.get(id) ?? [])

  function apply(entry: Entry, event: UploadEvent): void {
    const status = next(entry.status, event)
    if (status === entry.status) return
    const moved = status.kind !== entry.status.kind
    if (entry.status.kind === 'waiting') waiting.leave(entry)
    entry.status = status
    if (status.kind === 'waiting') waiting.join(entry)
    if (moved) coalescer.hurry(entry.record.id)
    else coalescer.touch(entry.record.id)
  }

  /** Uploads go on when they cannot be saved; the person must know that they would not survive a crash. */
  function save(written: Promise<void>): Promise<void> {
    return written.catch((error: Error) => deps.warn(`Longshore cannot save its list of uploads: ${error.message}`))
  }

  function hold(entry: Entry, held: ResumeRecord['held']): void {
    const { held: _, ...record } = entry.record
    entry.record = held === undefined ? record : { ...record, held }
    void save(deps.resumeStore.put([entry.record]))
  }

  function release(entry: Entry, from: Entry['status']['kind']): void {
    if (entry.status.kind !== from) return
    clearTimeout(entry.retryTimer)
    entry.retryTimer = undefined
    apply(entry, { kind: 'released' })
  }

  const slots = createSlots(deps.filesAtOnce, () => {
    const entry = waiting.first(({ running, record }) => running === undefined && !holds.isHeld(record.receiver))
    return entry && run(entry)
  })

  async function run(entry: Entry): Promise<void> {
    const controller = new AbortController()
    entry.running = controller
    apply(entry, { kind: 'started' })
    const report: AttemptReport = {
      event(event) {
        if (!controller.signal.aborted) apply(entry, event)
      },
      reached() {
        entry.begun = true
        holds.reached(entry.record.receiver)
      },
      progressed() {
        entry.attempts = 0
        holds.progressed(entry.record.receiver)
      },
      renewed(record) {
        entry.record = record
        if (entries.has(record.id)) void save(deps.resumeStore.put([record]))
      },
    }
    try {
      const finished = await deps.attempt(entry, report, controller.signal)
      apply(entry, finished)
      // One that was paused in its last moment stays paused; going on finds it finished on the receiver.
      if (entry.status.kind === 'done') void save(deps.resumeStore.remove([entry.record.id]))
    } catch (error) {
      if (!controller.signal.aborted) fail(entry, error)
    } finally {
      entry.running = undefined
    }
  }

  function fail(entry: Entry, thrown: unknown): void {
    const verdict = verdictOn(thrown, entry.secondChances)
    const { reason, message } = verdict
    const { receiver } = entry.record
    entry.startAnew ||= verdict.startAnew
    if (verdict.usedChance) entry.secondChances += 1
    const heldUntilMs = verdict.next === 'hold-receiver' ? holds.hold(receiver) : undefined
    if (verdict.next === 'give-up' || holds.isHopeless(receiver)) {
      apply(entry, { kind: 'failed', reason, message })
      hold(entry, { reason, message })
      return
    }
    apply(entry, { kind: 'interrupted', reason, message, retryAtMs: heldUntilMs ?? waitAlone(entry) })
  }

  function waitAlone(entry: Entry): number {
    entry.attempts += 1
    const delayMs = retryDelayMs(entry.attempts, Math.random())
    entry.retryTimer = setTimeout(() => {
      release(entry, 'interrupted')
      slots.fill()
    }, delayMs)
    return Date.now() + delayMs
  }

  function drop(unwanted: readonly Entry[]): void {
    for (const entry of unwanted) {
      entries.delete(entry.record.id)
      waiting.leave(entry)
      clearTimeout(entry.retryTimer)
      entry.running?.abort(new Error('Cancelled.'))
      if (entry.begun && entry.status.kind !== 'done') deps.forget(entry.record)
      coalescer.hurry(entry.record.id)
    }
    void save(deps.resumeStore.remove(unwanted.map(({ record }) => record.id)))
    slots.fill()
  }

  return {
    save,
    add(records: readonly ResumeRecord[], restored: boolean): void {
      for (const record of records) {
        const entry = newEntry(record, restored)
        entries.set(record.id, entry)
        lastRank = Math.max(lastRank, record.rank)
        if (entry.status.kind === 'waiting') waiting.join(entry)
        coalescer.touch(record.id)
      }
      slots.fill()
    },
    pause(ids: readonly UploadId[]): void {
      for (const entry of find(ids)) {
        apply(entry, { kind: 'paused' })
        if (entry.status.kind !== 'paused') continue
        clearTimeout(entry.retryTimer)
        entry.retryTimer = undefined
        entry.running?.abort(new Error('Paused.'))
        hold(entry, 'paused')
      }
    },
    resume(ids: readonly UploadId[]): void {
      for (const entry of find(ids)) {
        if (entry.status.kind === 'paused') hold(entry, undefined)
        release(entry, 'paused')
        release(entry, 'interrupted')
      }
      holds.releaseAll()
      slots.fill()
    },
    retry(ids: readonly UploadId[]): void {
      for (const entry of find(ids)) {
        if (entry.status.kind !== 'failed') continue
        entry.startAnew ||= needsStartAnew(entry.status.reason)
        entry.secondChances = 0
        hold(entry, undefined)
        release(entry, 'failed')
      }
      holds.releaseAll()
      slots.fill()
    },
    /** Stops and forgets uploads that are not done. */
    cancel(ids: readonly UploadId[]): void {
      drop(find(ids).filter(({ status }) => status.kind !== 'done'))
    },
    /** Takes finished uploads off the list. */
    clear(ids: readonly UploadId[]): void {
      drop(find(ids).filter(({ status }) => status.kind === 'done'))
    },
    move(ids: readonly UploadId[], before: UploadId | undefined): void {
      const ranks = ranksAfterMove(
        ordered().map(({ record }) => record),
        new Set(ids),
        before,
      )
      const moved = find([...ranks.keys()])
      for (const entry of moved) {
        waiting.leave(entry)
        entry.record = { ...entry.record, rank: ranks.get(entry.record.id) ?? entry.record.rank }
        lastRank = Math.max(lastRank, entry.record.rank)
        if (entry.status.kind === 'waiting') waiting.join(entry)
        coalescer.hurry(entry.record.id)
      }
      void save(deps.resumeStore.put(moved.map(({ record }) => record)))
    },
    list: (): readonly UploadSnapshot[] => ordered().map(snapshotOf),
    sourceOf: (id: UploadId): string | undefined => entries.get(id)?.record.source,
    /** New uploads go behind this. */
    lastRank: (): number => lastRank,
    /** Tries everything that waits for a retry now. */
    wake(): void {
      for (const entry of entries.values()) release(entry, 'interrupted')
      holds.releaseAll()
      slots.fill()
    },
    async close(): Promise<void> {
      const drained = slots.drain()
      for (const entry of entries.values()) {
        clearTimeout(entry.retryTimer)
        entry.running?.abort(new Error('Longshore is closing.'))
      }
      holds.releaseAll()
      await drained
      coalescer.flush()
    },
  }
}
