import type { Entry } from './entry.ts'

/**
 * The uploads that wait for a slot, by rank. Kept sorted, because looking for the next one happens for every file of a
 * long queue.
 */
export type WaitingLine = {
  join(entry: Entry): void
  leave(entry: Entry): void
  /** The first one that `fits`, without taking it out. With `among`, only so many from the front are looked at. */
  first(fits: (entry: Entry) => boolean, among?: number): Entry | undefined
}

/** So many stand in one part of the line: whoever joins or leaves moves no more than these. */
const MOST_IN_A_PART = 512

export function createWaitingLine(): WaitingLine {
  /** Each is sorted, not empty, and before the next. */
  const parts: Entry[][] = []

  /** The part in which an entry of this rank stands, or would stand; the last one for a rank behind all. */
  function partOf(rank: number): number {
    const index = firstFrom(parts.length, (part) => lastRank(parts[part]) >= rank)
    return Math.min(index, parts.length - 1)
  }

  return {
    join(entry) {
      const { rank } = entry.record
      if (parts.length === 0) parts.push([])
      const index = partOf(rank)
      const part = parts[index] ?? []
      part.splice(placeIn(part, rank), 0, entry)
      if (part.length > MOST_IN_A_PART) parts.splice(index + 1, 0, part.splice(MOST_IN_A_PART / 2))
    },
    leave(entry) {
      const { rank } = entry.record
      // Others of the same rank may fill the part, and go on in the next.
      for (let index = partOf(rank); index >= 0 && index < parts.length; index++) {
        const part = parts[index] ?? []
        const place = part.indexOf(entry, placeIn(part, rank))
        if (place === -1 && lastRank(part) > rank) return
        if (place === -1) continue
        part.splice(place, 1)
        if (part.length === 0) parts.splice(index, 1)
        return
      }
    },
    first(fits, among = Number.POSITIVE_INFINITY) {
      let left = among
      for (const part of parts) {
        for (const entry of part) {
          if (left-- <= 0) return undefined
          if (fits(entry)) return entry
        }
      }
      return undefined
    },
  }
}

function lastRank(part: readonly Entry[] | undefined): number {
  return part?.at(-1)?.record.rank ?? Number.POSITIVE_INFINITY
}

function placeIn(part: readonly Entry[], rank: number): number {
  return firstFrom(part.length, (place) => (part[place]?.record.rank ?? 0) >= rank)
}

/** The first of the numbers below `end` for which `is` holds, and then for all that follow; `end` when for none. */
function firstFrom(end: number, is: (index: number) => boolean): number {
  let low = 0
  let high = end
  while (low < high) {
    const middle = (low + high) >>> 1
    if (is(middle)) high = middle
    else low = middle + 1
  }
  return low
}
