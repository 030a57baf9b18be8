import { isIPv4 } from 'node:net'
import type { FoundReceiver } from '../contract/receivers.ts'
import type { Sighting } from './receiver-sightings.ts'

/** More than a person looks through. */
const MOST_RECEIVERS = 64
/** From one machine, so that it cannot fill the list alone. */
const MOST_FROM_ONE_SOURCE = 8
/** Networks on which one receiver is remembered. */
const MOST_WAYS = 8
/** After this share of its lifetime, a sighting is asked for again. */
const ASK_AGAIN_AFTER_SHARE = 0.8

/** One way to a receiver, and until when it holds. */
type Way = {
  readonly source: string
  receiver: FoundReceiver
  readonly firstMs: number
  seenMs: number
  untilMs: number
}

/** The receivers heard of in the last time. Bounded, whatever is heard. */
export type FoundReceivers = {
  /** Adds what was heard from `source`; new receivers beyond the bounds are ignored. */
  hear(sighting: Sighting, source: string, nowMs: number): void
  /** Forgets what was not heard again in time. */
  expire(nowMs: number): void
  /** Whether something will soon be forgotten unless it is heard again. */
  isAging(nowMs: number): boolean
  /** By name. */
  list(): readonly FoundReceiver[]
}

/** Nothing heard yet. */
export function createFoundReceivers(): FoundReceivers {
  const ways = new Map<string, Way[]>()

  function forget(id: string, isOver: (way: Way) => boolean): void {
    const left = (ways.get(id) ?? []).filter((way) => !isOver(way))
    if (left.length > 0) ways.set(id, left)
    else ways.delete(id)
  }

  function hear(sighting: Sighting, source: string, nowMs: number): void {
    // A goodbye counts only for the machine that sent it.
    if (sighting.kind === 'gone') {
      forget(sighting.id, (way) => way.source === source)
      return
    }
    const { receiver, holdsForMs } = sighting
    const known = ways.get(receiver.id) ?? []
    const same = known.find((way) => way.source === source)
    const untilMs = nowMs + holdsForMs
    if (same !== undefined) {
      Object.assign(same, { receiver, seenMs: nowMs, untilMs })
      return
    }
    const fromThere = [...ways.values()].flat().filter((way) => way.source === source).length
    const isFull = known.length === 0 && ways.size >= MOST_RECEIVERS
    if (isFull || known.length >= MOST_WAYS || fromThere >= MOST_FROM_ONE_SOURCE) return
    ways.set(receiver.id, [...known, { source, receiver, firstMs: nowMs, seenMs: nowMs, untilMs }])
  }

  return {
    hear,
    expire(nowMs) {
      for (const id of [...ways.keys()]) forget(id, ({ untilMs }) => untilMs <= nowMs)
    },
    isAging(nowMs) {
      return [...ways.values()]
        .flat()
        .some(({ seenMs, untilMs }) => nowMs - seenMs >= ASK_AGAIN_AFTER_SHARE * (untilMs - seenMs))
    },
    list() {
      return [...ways.values()].flatMap(best).sort((a, b) => compare(a.name, b.name) || compare(a.id, b.id))
    },
  }
}

/** IPv4 first; of equal ways the one that was found last: a receiver that moved is where it is now. */
function best(ways: readonly Way[]): FoundReceiver[] {
  const rank = ({ receiver }: Way) => (isIPv4(receiver.address.replace(/:\d+$/, '')) ? 0 : 1)
  const [first] = [...ways].sort((a, b) => rank(a) - rank(b) || b.firstMs - a.firstMs)
  return first ? [first.receiver] : []
}

function compare(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
