import type { UploadId, UploadSnapshot } from '../../contract/contract.ts'
import type { AttemptReport } from '../send/attempt.ts'
import type { ResumeRecord } from '../source/resume-store.ts'
import { createEntries } from './entries.ts'
import { type Entry, sentBy, snapshotOf, unsavedBytes, withHashed } from './entry.ts'
import type { QueueDeps } from './queue-deps.ts'
import { createReceiverHolds } from './receiver-holds.ts'
import { retryDelayMs } from './retry.ts'
import { createTwoLanes } from './slots.ts'
import { needsStartAnew, verdictOn } from './verdict.ts'

/** A crash of this process hashes at most this much twice, bytes for each file. */
const SAVE_EVERY_HASHED_BYTES = 64 * 1024 * 1024

/** Small files are looked for among so many that wait first, because that happens whenever one is finished. */
const LOOK_AMONG = 1000

/** A computer that wakes up without saying so is noticed after this, ms of its own waking time. */
const ASLEEP_AT_MOST_MS = 60_000

/** Which uploads run, and in what order; what becomes of them, and what the person asks for. */
export function createQueue(deps: QueueDeps) {
  const entries = createEntries(deps.publish)
  const { apply, find } = entries
  /** Set while the computer sleeps, or may be about to. */
  let asleepUntil: NodeJS.Timeout | undefined
  const holds = createReceiverHolds((receiver) => {
    for (const entry of entries.all()) {
      if (entry.record.receiver === receiver && entry.retryTimer === undefined) release(entry, 'interrupted')
    }
    slots.fill()
  }, deps.unreachableGraceMs)

  /** Uploads go on when they cannot be saved; the person must know that they would not survive a crash. */
  function save(written: Promise<void>): Promise<void> {
    return written.catch((cause: Error) => {
      const message = `Longshore cannot save its list of uploads: ${cause.message}`
      deps.warn({ reason: 'LIST_NOT_SAVED', message, cause })
    })
  }

  /** Saves how far an upload has come, with what the person decided about it. */
  function saveEntry(entry: Entry, held = entry.record.held): void {
    const { held: _, ...record } = withHashed(entry)
    entry.record = held === undefined ? record : { ...record, held }
    if (entries.has(record.id)) void save(deps.resumeStore.put([entry.record]))
  }

  function letGo(entry: Entry): void {
    const { held: _, ...record } = entry.record
    entry.record = record
    saveEntry(entry)
  }

  function stopTimer(entry: Entry): void {
    clearTimeout(entry.retryTimer)
    entry.retryTimer = undefined
  }

  function release(entry: Entry, from: Entry['status']['kind']): void {
    if (entry.status.kind !== from) return
    stopTimer(entry)
    apply(entry, { kind: 'released' })
  }

  const slots = createTwoLanes(deps.lanes, (isForSmall) => {
    if (asleepUntil !== undefined) return undefined
    const isFree = ({ running, record }: Entry) => running === undefined && !holds.isHeld(record.receiver)
    const entry = isForSmall
      ? entries.firstWaiting((waiting) => isFree(waiting) && deps.isSmall(waiting), LOOK_AMONG)
      : entries.firstWaiting(isFree)
    return entry && run(entry)
  })

  async function run(entry: Entry): Promise<void> {
    const controller = new AbortController()
    entry.running = controller
    apply(entry, { kind: 'started' })
    try {
      const finished = await deps.attempt(entry, reportOn(entry, controller.signal), controller.signal)
      apply(entry, finished)
      // One that was paused in its last moment stays paused; going on finds it finished on the receiver.
      if (entry.status.kind === 'done') void save(deps.resumeStore.remove([entry.record.id], withHashed(entry)))
    } catch (error) {
      if (!controller.signal.aborted) fail(entry, error)
    } finally {
      entry.running = undefined
    }
  }

  function reportOn(entry: Entry, signal: AbortSignal): AttemptReport {
    const { receiver } = entry.record
    return {
      event(event) {
        if (!signal.aborted) apply(entry, event)
      },
      reached() {
        entry.begun = true
        // What it takes whole is known now: such files need not wait for those that run to end.
        if (holds.reached(receiver)) slots.fill()
      },
      progressed() {
        entry.attempts = 0
        holds.progressed(receiver)
        this.hashed()
      },
      hashed() {
        if (!signal.aborted && unsavedBytes(entry) >= SAVE_EVERY_HASHED_BYTES) saveEntry(entry)
      },
      owns: (uploadKey) => entries.uploadKeys().has(uploadKey),
      renewed(record) {
        entry.record = record
        saveEntry(entry)
      },
    }
  }

  function fail(entry: Entry, thrown: unknown): void {
    const verdict = verdictOn(thrown, entry.secondChances)
    const { reason, message } = verdict
    const { receiver } = entry.record
    entry.startAnew ||= verdict.startAnew
    if (verdict.usedChance) entry.secondChances += 1
    const heldUntilMs = verdict.next === 'hold-receiver' ? holds.hold(receiver) : undefined
    if (verdict.next === 'give-up-receiver') giveUp([entry, ...entries.idleTo(receiver)], { reason, message })
    else if (verdict.next === 'give-up' || holds.isHopeless(receiver)) giveUp([entry], { reason, message })
    if (entry.status.kind === 'failed') return
    apply(entry, { kind: 'interrupted', reason, message, retryAtMs: heldUntilMs ?? waitAlone(entry) })
    saveEntry(entry)
  }

  function giveUp(unlucky: readonly Entry[], why: { readonly reason: string; readonly message: string }): void {
    for (const entry of unlucky) {
      stopTimer(entry)
      apply(entry, { kind: 'failed', ...why, ...sentBy(entry) })
      entry.record = { ...withHashed(entry), held: why }
    }
    void save(deps.resumeStore.put(unlucky.map(({ record }) => record)))
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
      entries.remove(entry)
      stopTimer(entry)
      entry.running?.abort(new Error('Cancelled.'))
      if (entry.begun && entry.status.kind !== 'done') deps.forget(entry.record)
    }
    void save(deps.resumeStore.remove(unwanted.map(({ record }) => record.id)))
    slots.fill()
  }

  function wake(): void {
    clearTimeout(asleepUntil)
    asleepUntil = undefined
    for (const entry of entries.all()) release(entry, 'interrupted')
    holds.releaseAll()
    slots.fill()
  }

  return {
    save,
    wake,
    add(records: readonly ResumeRecord[], restored: boolean): void {
      for (const record of records) entries.add(record, restored)
      slots.fill()
    },
    pause(ids: readonly UploadId[]): void {
      for (const entry of find(ids)) {
        apply(entry, { kind: 'paused' })
        if (entry.status.kind !== 'paused') continue
        stopTimer(entry)
        entry.running?.abort(new Error('Paused.'))
        saveEntry(entry, 'paused')
      }
    },
    resume(ids: readonly UploadId[]): void {
      for (const entry of find(ids)) {
        if (entry.status.kind === 'paused') letGo(entry)
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
        letGo(entry)
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
      void save(deps.resumeStore.put(entries.move(ids, before).map(({ record }) => record)))
    },
    list: (): readonly UploadSnapshot[] => entries.ordered().map(snapshotOf),
    sourceOf: (id: UploadId): string | undefined => find([id])[0]?.record.source,
    lastRank: entries.lastRank,
    queuedTo: entries.queuedTo,
    uploadKeys: entries.uploadKeys,
    /** Starts what may start: more may be under way than before. */
    fill: slots.fill,
    /** Stops everything that runs until `wake`, and starts nothing new. */
    sleep(): void {
      asleepUntil ??= setTimeout(wake, ASLEEP_AT_MOST_MS)
      const message = 'This computer was asleep.'
      for (const entry of entries.all()) {
        if (entry.running === undefined) continue
        apply(entry, { kind: 'interrupted', reason: 'ASLEEP', message, retryAtMs: Date.now() + ASLEEP_AT_MOST_MS })
        entry.running.abort(new Error('Asleep.'))
        saveEntry(entry)
      }
      entries.flush()
    },
    async close(): Promise<void> {
      const drained = slots.drain()
      clearTimeout(asleepUntil)
      for (const entry of entries.all()) {
        stopTimer(entry)
        if (entry.running === undefined) continue
        entry.running.abort(new Error('Longshore is closing.'))
        saveEntry(entry)
      }
      holds.releaseAll()
      await drained
      entries.flush()
    },
  }
}
