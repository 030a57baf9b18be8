import { performance } from 'node:perf_hooks'
import type { Bottleneck } from '../../contract/contract.ts'

/**
 * What takes time on the way of a chunk. `acknowledgement`: the network and the receiver, which only the receiver can
 * tell apart.
 */
type Stage = 'source' | 'hashing' | 'limit' | 'acknowledgement'

/** Finds out what limits a running transfer. */
export type Stages = {
  /** Does some work of a stage and counts how long it took. */
  time<T>(stage: Stage, work: () => Promise<T>): Promise<T>
  /** Counts work that was done, ms. */
  add(stage: Stage, tookMs: number): void
  /** This part of the time that acknowledgements took was spent at the receiver, ms. */
  addAtReceiver(tookMs: number): void
  /** What took most of the time in the last seconds; undefined while nothing much happened. */
  bottleneck(): Bottleneck | undefined
}

/**
 * How far back measurements count, in slots of this length: long enough to be steady, short enough to follow changes.
 */
const SLOT_MS = 500
const SLOTS = 6

/** With less time than this spent in all, there is too little to tell, ms. */
const LEAST_MS = 200

/** A process that is idle for less than this share of the time has no time left for anything. */
const LEAST_REST = 0.1

type Slot = { readonly beganMs: number; readonly ms: Record<Stage, number>; atReceiverMs: number; activeMs: number }

/**
 * @param now a monotonic clock, ms.
 * @param activeMs how long this process has been working instead of waiting, in all, ms.
 */
export function createStages(
  now: () => number = () => performance.now(),
  activeMs: () => number = () => performance.eventLoopUtilization().active,
): Stages {
  const slots: Slot[] = []
  let activeBeforeMs = activeMs()

  function current(): Slot {
    const nowMs = now()
    const last = slots.at(-1)
    if (last !== undefined && nowMs - last.beganMs < SLOT_MS) return last
    const active = activeMs()
    if (last !== undefined) last.activeMs = active - activeBeforeMs
    activeBeforeMs = active
    const slot: Slot = {
      beganMs: nowMs,
      ms: { source: 0, hashing: 0, limit: 0, acknowledgement: 0 },
      atReceiverMs: 0,
      activeMs: 0,
    }
    slots.push(slot)
    while (nowMs - (slots[0]?.beganMs ?? nowMs) > SLOT_MS * SLOTS) slots.shift()
    return slot
  }

  const add = (stage: Stage, tookMs: number): void => {
    current().ms[stage] += tookMs
  }

  return {
    add,
    async time(stage, work) {
      const beganMs = now()
      try {
        return await work()
      } finally {
        add(stage, now() - beganMs)
      }
    },
    addAtReceiver(tookMs) {
      current().atReceiverMs += tookMs
    },
    bottleneck() {
      const { beganMs: endedMs } = current()
      const complete = slots.slice(0, -1)
      const sum = (of: (slot: Slot) => number): number => complete.reduce((ms, slot) => ms + of(slot), 0)
      const spent = { source: 0, hashing: 0, limit: 0, acknowledgement: 0 }
      for (const stage of ['source', 'hashing', 'limit', 'acknowledgement'] as const)
        spent[stage] = sum(({ ms }) => ms[stage])
      const allMs = spent.source + spent.hashing + spent.limit + spent.acknowledgement
      if (allMs < LEAST_MS) return undefined
      const wallMs = endedMs - (complete[0]?.beganMs ?? endedMs)
      // A process that is never idle makes every stage look slow.
      const busyShare = Math.min(1, sum((slot) => slot.activeMs) / wallMs)
      if (busyShare > 1 - LEAST_REST) {
        return { stage: spent.hashing > wallMs / 2 ? 'hashing' : 'processor', share: busyShare }
      }
      const atReceiver = Math.min(
        sum((slot) => slot.atReceiverMs),
        spent.acknowledgement,
      )
      const shares = [
        { stage: 'source', ms: spent.source },
        { stage: 'hashing', ms: spent.hashing },
        { stage: 'limit', ms: spent.limit },
        { stage: 'receiver', ms: atReceiver },
        { stage: 'network', ms: spent.acknowledgement - atReceiver },
      ] as const
      const { stage, ms } = shares.reduce((most, one) => (one.ms > most.ms ? one : most))
      return { stage, share: ms / allMs }
    },
  }
}
