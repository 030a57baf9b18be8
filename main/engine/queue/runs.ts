import type { Stop } from '../../contract/contract.ts'
import type { FinishedEvent } from '../base/status.ts'
import type { AttemptReport } from '../send/attempt.ts'
import type { Entries } from './entries.ts'
import { type Entry, sentBy, unsavedBytes } from './entry.ts'
import { createReceiverHolds } from './receiver-holds.ts'
import { retryDelayMs } from './retry.ts'
import { createTwoLanes, type LaneCounts } from './slots.ts'
import { verdictOn } from './verdict.ts'

export type RunsDeps = {
  /** Makes one attempt at one upload. Resolves when it is finished; fails with an UploadError. */
  readonly attempt: (entry: Entry, report: AttemptReport, signal: AbortSignal) => Promise<FinishedEvent>
  /** True for uploads that may be under way beside many others. */
  readonly isSmall: (entry: Entry) => boolean
  readonly lanes: LaneCounts
  readonly unreachableGraceMs: number | undefined
}

/** A crash of this process hashes at most this much twice, bytes for each file. */
const SAVE_EVERY_HASHED_BYTES = 64 * 1024 * 1024

/** Small files are looked for among so many that wait first, because that happens whenever one is finished. */
const LOOK_AMONG = 1000

/** A computer that wakes up without saying so is noticed after this, ms of its own waking time. */
const ASLEEP_AT_MOST_MS = 60_000

/** Which uploads are under way, and what becomes of those whose attempt fails. */
export function createRuns(entries: Entries, deps: RunsDeps) {
  const { apply, learn } = entries
  /** Those with an attempt under way, or unwinding after it was stopped. */
  const running = new Map<Entry, AbortController>()
  /** Let uploads go on by themselves after an interruption of their own. */
  const retryTimers = new Map<Entry, NodeJS.Timeout>()
  /** Set while the computer sleeps, or may be about to. */
  let asleepUntil: NodeJS.Timeout | undefined
  const holds = createReceiverHolds((receiver) => {
    for (const entry of entries.all()) {
      if (entry.record.receiver === receiver && !retryTimers.has(entry)) release(entry, 'interrupted')
    }
    slots.fill()
  }, deps.unreachableGraceMs)

  function stopTimer(entry: Entry): void {
    clearTimeout(retryTimers.get(entry))
    retryTimers.delete(entry)
  }

  function stop(entry: Entry, why: string): void {
    stopTimer(entry)
    running.get(entry)?.abort(new Error(why))
  }

  function release(entry: Entry, from: Entry['status']['kind']): void {
    if (entry.status.kind !== from) return
    stopTimer(entry)
    apply(entry, { kind: 'released' })
  }

  const slots = createTwoLanes(deps.lanes, (isForSmall) => {
    if (asleepUntil !== undefined) return undefined
    const isFree = (waiting: Entry) => !running.has(waiting) && !holds.isHeld(waiting.record.receiver)
    const entry = isForSmall
      ? entries.firstWaiting((waiting) => isFree(waiting) && deps.isSmall(waiting), LOOK_AMONG)
      : entries.firstWaiting(isFree)
    return entry && run(entry)
  })

  async function run(entry: Entry): Promise<void> {
    const controller = new AbortController()
    running.set(entry, controller)
    apply(entry, { kind: 'started' })
    try {
      const finished = await deps.attempt(entry, reportOn(entry, controller.signal), controller.signal)
      apply(entry, finished)
      // One that was paused in its last moment stays paused; going on finds it finished on the receiver.
      if (entry.status.kind === 'done') entries.saveDone(entry)
    } catch (error) {
      if (!controller.signal.aborted) fail(entry, error)
    } finally {
      running.delete(entry)
    }
  }

  function reportOn(entry: Entry, signal: AbortSignal): AttemptReport {
    const { receiver } = entry.record
    return {
      event(event) {
        if (!signal.aborted) apply(entry, event)
      },
      reached() {
        learn(entry, { begun: true })
        // What it takes whole is known now: such files need not wait for those that run to end.
        if (holds.reached(receiver)) slots.fill()
      },
      servedBy(node) {
        const moved = entry.node !== '' && node !== '' && node !== entry.node
        learn(entry, { node, moved: entry.moved || moved })
      },
      sent: (bytes) => learn(entry, { bytesSent: entry.bytesSent + bytes }),
      progressed() {
        learn(entry, { attempts: 0 })
        holds.progressed(receiver)
        this.hashed()
      },
      hashing: (hashing) => learn(entry, { hashing }),
      hashed() {
        if (!signal.aborted && unsavedBytes(entry) >= SAVE_EVERY_HASHED_BYTES) entries.save(entry)
      },
      owns: (uploadKey) => entries.uploadKeys().has(uploadKey),
      renewed(record) {
        learn(entry, { record, hashing: undefined, startAnew: false })
        entries.save(entry)
      },
    }
  }

  function fail(entry: Entry, thrown: unknown): void {
    const verdict = verdictOn(thrown, entry.secondChances)
    const { receiver } = entry.record
    learn(entry, {
      startAnew: entry.startAnew || verdict.startAnew,
      secondChances: entry.secondChances + (verdict.usedChance ? 1 : 0),
    })
    const heldUntilMs = verdict.next === 'hold-receiver' ? holds.hold(receiver) : undefined
    if (verdict.next === 'give-up-receiver') giveUp([entry, ...entries.idleTo(receiver)], verdict.why)
    else if (verdict.next === 'give-up' || holds.isHopeless(receiver)) giveUp([entry], verdict.why)
    if (entry.status.kind === 'failed') return
    apply(entry, { kind: 'interrupted', ...verdict.why, retryAtMs: heldUntilMs ?? waitAlone(entry) })
    entries.save(entry)
  }

  function giveUp(unlucky: readonly Entry[], why: Stop): void {
    for (const entry of unlucky) {
      stopTimer(entry)
      apply(entry, { kind: 'failed', ...why, ...sentBy(entry) })
    }
    entries.hold(unlucky, why)
  }

  function waitAlone(entry: Entry): number {
    const attempts = entry.attempts + 1
    learn(entry, { attempts })
    const delayMs = retryDelayMs(attempts, Math.random())
    const goOn = (): void => {
      release(entry, 'interrupted')
      slots.fill()
    }
    retryTimers.set(entry, setTimeout(goOn, delayMs))
    return Date.now() + delayMs
  }

  function wake(): void {
    clearTimeout(asleepUntil)
    asleepUntil = undefined
    for (const entry of entries.all()) release(entry, 'interrupted')
    holds.releaseAll()
    slots.fill()
  }

  return {
    /** Starts what may start: more may wait, or be under way, than before. */
    fill: slots.fill,
    /** Lets an upload wait for its turn that is `from` now. */
    release,
    /** Stops an attempt that is under way, and the waiting for the next one. */
    stop,
    /** Ends the waiting for all receivers, and starts what may start. */
    goOn(): void {
      holds.releaseAll()
      slots.fill()
    },
    /** Stops everything that runs until `wake`, and starts nothing new. */
    sleep(): void {
      asleepUntil ??= setTimeout(wake, ASLEEP_AT_MOST_MS)
      const message = 'This computer was asleep.'
      for (const [entry, controller] of running) {
        apply(entry, { kind: 'interrupted', reason: 'ASLEEP', message, retryAtMs: Date.now() + ASLEEP_AT_MOST_MS })
        controller.abort(new Error('Asleep.'))
        entries.save(entry)
      }
      entries.flush()
    },
    wake,
    /** Stops everything, and starts nothing new. */
    async close(): Promise<void> {
      const drained = slots.drain()
      clearTimeout(asleepUntil)
      for (const timer of retryTimers.values()) clearTimeout(timer)
      retryTimers.clear()
      for (const [entry, controller] of running) {
        controller.abort(new Error('Longshore is closing.'))
        entries.save(entry)
      }
      holds.releaseAll()
      await drained
      entries.flush()
    },
  }
}
