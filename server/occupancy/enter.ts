import { setTimeout as delay } from 'node:timers/promises'
import { ReceiveError } from '../base/errors.ts'
import { printable } from '../base/printable.ts'
import type { OnUnexpected } from '../base/unexpected.ts'
import { now, Occupancy } from './occupancy.ts'
import { fateHere, isNeighbour, type Occupant } from './occupant.ts'
import type { Found, Place } from './place.ts'

/** How a receiver comes into a place. */
export type Entering = {
  readonly onUnexpected: OnUnexpected
  /** See {@link Occupancy.begin}. */
  readonly onBeat?: (() => void) | undefined
  /** Whether a run is known to have ended. */
  readonly isOver?: ((run: string) => boolean) | undefined
  /** Told of a record that is removed. What was copied from elsewhere says nothing of the run that it names, which may go on elsewhere. */
  readonly onRemoved?: ((run: string, isCopied: boolean) => void) | undefined
  /** Ends the waiting for somebody who may be dead. */
  readonly signal?: AbortSignal | undefined
}

/** Somebody who comes at the same moment is waited for no longer than this, in times of {@link Times.stillMs}. */
const MOST_STILLS = 4

/**
 * Comes into a place, unless somebody is there who does not belong to the same party. It says so first and looks then who else is there: of two who do that at
 * the same moment each sees the other, or one of them does, and one goes on. Who is there is alive or dead at once when it is a process of this machine. Any
 * other is dead when it said nothing for {@link Times.stillMs}, and its record is removed.
 *
 * @throws ReceiveError BUSY with a sentence that says who is there and what to do; what the place and the signal throw. Then nothing is left of it.
 */
export async function enter(place: Place, self: Occupant, options: Entering): Promise<Occupancy> {
  let stay: Occupancy | undefined
  try {
    stay = await Occupancy.begin(place, self, options.onUnexpected, options.onBeat)
    await makeWay(stay, options)
    return stay
  } catch (error) {
    if (stay) await stay.leave()
    else await place.close()
    throw error
  }
}

async function makeWay(stay: Occupancy, entering: Entering): Promise<void> {
  const { onUnexpected, signal } = entering
  const { place, self } = stay
  const watched = new Map<string, Watched>()
  const untilMs = performance.now() + MOST_STILLS * place.times.stillMs
  let hasWaited = false
  for (;;) {
    const lookedAt = now()
    const others = await othersIn(stay, watched, entering)
    for (const { occupant, fate } of others) {
      const isComing = occupant?.stage === 'entering' || occupant?.stage === 'observing'
      // Whoever comes later, or at the same moment with a name that is after ours, goes.
      const isBehind = occupant?.stage === 'entering' && (stay.self.stage === 'observing' || self.run < occupant.run)
      if (occupant !== undefined && fate === 'alive' && !isBehind) throw taken(place, self, occupant)
      // One that says something that cannot be read, and again something else, lives as well.
      if (performance.now() > untilMs && (isComing || occupant === undefined)) throw taken(place, self, occupant)
    }
    const isFirst = stay.self.stage === 'observing' || others.every(({ occupant }) => occupant?.stage === 'holding')
    const doubtful = others.filter(
      ({ occupant, fate }) =>
        occupant === undefined || (fate === 'unknown' && !(isFirst && occupant.stage === 'entering')),
    )
    if (isFirst && doubtful.length === 0) {
      // What somebody had begun before it stood still is over then.
      if (hasWaited) await delay(place.times.settleMs, undefined, { signal })
      hasWaited = false
      if (await stay.advance('holding', lookedAt)) return
    } else {
      if (isFirst && stay.self.stage === 'entering') await stay.advance('observing', lookedAt)
      if (!hasWaited && doubtful.length > 0) onUnexpected(waiting(place, doubtful[0]))
      hasWaited ||= doubtful.length > 0
      await delay(place.times.lookEveryMs, undefined, { signal })
    }
  }
}

type Watched = { readonly text: string; readonly fromMs: number; isAlive: boolean }
type Fate = 'alive' | 'dead' | 'unknown'
type Other = Pick<Found, 'occupant' | 'isCopied'> & { readonly fate: Fate }

/** Those who do not belong together with somebody; the dead are removed, also those of the same party. */
async function othersIn(
  stay: Occupancy,
  watched: Map<string, Watched>,
  { isOver = () => false, onRemoved = () => undefined }: Entering,
): Promise<readonly Other[]> {
  const { place, self } = stay
  const others: Other[] = []
  for (const [run, record] of await place.list()) {
    const { occupant } = record
    if (run === self.run) continue
    const isMate = occupant?.party === self.party
    let fate = isOver(run) ? 'dead' : await fateAtOnce(run, record, place)
    if (fate === 'unknown' && !isMate) fate = fateOfWatched(run, record, watched, place)
    if (fate === 'dead') {
      await place.remove(run)
      onRemoved(run, record.isCopied)
    } else if (!isMate) others.push({ ...record, fate })
  }
  return others
}

async function fateAtOnce(run: string, { occupant, isCopied }: Found, place: Place): Promise<Fate> {
  if (occupant === undefined || isCopied) return 'unknown'
  const fate = fateHere(occupant)
  return fate === 'unknown' && isNeighbour(occupant) ? place.fateNearby(run) : fate
}

/** Whoever says something else than at first lives. */
function fateOfWatched(run: string, { text }: Found, watched: Map<string, Watched>, { times }: Place): Fate {
  const nowMs = performance.now()
  const seen = watched.get(run) ?? { text, fromMs: nowMs, isAlive: false }
  seen.isAlive ||= seen.text !== text
  watched.set(run, seen)
  if (seen.isAlive) return 'alive'
  return nowMs - seen.fromMs < times.stillMs ? 'unknown' : 'dead'
}

/** Said while it waits, because that takes a while. */
function waiting({ shown, times }: Place, other: Other | undefined): Error {
  const { occupant, isCopied } = other ?? {}
  const on = `on the machine ${printable(occupant?.host ?? '')}`
  let what = `A receiver ${on} has used ${shown} and did not end properly, or still runs`
  if (isCopied) what = `${shown} seems to be a copy of what a receiver ${on} used at that moment`
  if (occupant === undefined) what = `Somebody has used ${shown} and did not end properly`
  return new Error(
    `${what}; the start waits up to ${Math.ceil(times.stillMs / 1000)} s to see whether a receiver lives there.`,
  )
}

function taken({ shown, instead }: Place, self: Occupant, other: Occupant | undefined): ReceiveError {
  if (other === undefined) return new ReceiveError('BUSY', `Another receiver is already using ${shown}.`)
  const isHere = other.machine === self.machine
  const process = `process ${other.pid}${isHere ? '' : ` on the machine ${printable(other.host)}`}`
  const redis = other.redis && printable(other.redis)
  const busy = (sentence: string) => new ReceiveError('BUSY', sentence)
  if (redis === undefined && self.redis === undefined)
    return busy(
      isHere
        ? `Another receiver is already using ${shown} (${process}).`
        : `Another receiver is already using ${shown} (${process}); stop that one first, or give this one ${instead}.`,
    )
  if (redis === undefined)
    return busy(
      `A receiver without --redis is already using ${shown} (${process}); start that one with --redis ${self.redis}, too, or give this one ${instead}.`,
    )
  return busy(
    self.redis === undefined
      ? `Receivers that share the Redis at ${redis} are already using ${shown} (${process}); start this one with the same --redis, too, or give it ${instead}.`
      : `Receivers that share another Redis, ${redis}, are already using ${shown} (${process}); start this one with that --redis, or give it ${instead}.`,
  )
}
