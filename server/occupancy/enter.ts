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
  /**
   * Told of each record that is removed. A record that was copied from elsewhere tells nothing about the run that it
   * names: that run may go on elsewhere.
   */
  readonly onRemoved?: ((run: string, isCopied: boolean) => void) | undefined
  /** Ends the wait for an occupant that may be dead. */
  readonly signal?: AbortSignal | undefined
}

/** Another receiver that enters at the same moment is waited for at most this many times {@link Times.stillMs}. */
const MOST_STILLS = 4

/**
 * Enters a place, unless a receiver of another party is there. It first writes its own record and then reads those of
 * others: of two receivers that enter at the same moment, at least one sees the other, and one of them goes on.
 *
 * A process of this machine is known to be alive or dead at once. Any other occupant is dead when its record did not
 * change for {@link Times.stillMs}; then the record is removed.
 *
 * @throws ReceiveError BUSY with a sentence that says who is there and what to do; what the place and the signal throw.
 * Then its own record is gone again.
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
      // A receiver that enters later gives way, and so does one that enters at the same moment with a greater name.
      const isBehind = occupant?.stage === 'entering' && (stay.self.stage === 'observing' || self.run < occupant.run)
      if (occupant !== undefined && fate === 'alive' && !isBehind) throw taken(place, self, occupant)
      // An occupant whose record cannot be read lives, too, if the record changes.
      if (performance.now() > untilMs && (isComing || occupant === undefined)) throw taken(place, self, occupant)
    }
    const isFirst = stay.self.stage === 'observing' || others.every(({ occupant }) => occupant?.stage === 'holding')
    const doubtful = others.filter(
      ({ occupant, fate }) =>
        occupant === undefined || (fate === 'unknown' && !(isFirst && occupant.stage === 'entering')),
    )
    if (isFirst && doubtful.length === 0) {
      // Operations that the occupant had begun before it stopped are over by then.
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

/** The occupants of other parties. Dead ones are removed, also those of the same party. */
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

/** An occupant whose record has changed since the first look lives. */
function fateOfWatched(run: string, { text }: Found, watched: Map<string, Watched>, { times }: Place): Fate {
  const nowMs = performance.now()
  const seen = watched.get(run) ?? { text, fromMs: nowMs, isAlive: false }
  seen.isAlive ||= seen.text !== text
  watched.set(run, seen)
  if (seen.isAlive) return 'alive'
  return nowMs - seen.fromMs < times.stillMs ? 'unknown' : 'dead'
}

/** Reported while it waits, because that takes a while. */
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
