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

export function createWaitingLine(): WaitingLine {
  const line: Entry[] = []

  /** Where an entry of this rank stands, or would stand. */
  const placeOf = (rank: number): number => {
    let low = 0
    let high = line.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((line[middle]?.record.rank ?? 0) < rank) low = middle + 1
      else high = middle
    }
    return low
  }

  return {
    join: (entry) => void line.splice(placeOf(entry.record.rank), 0, entry),
    leave(entry) {
      const place = line.indexOf(entry, placeOf(entry.record.rank))
      if (place !== -1) line.splice(place, 1)
    },
    first: (fits, among = line.length) => {
      for (let place = 0; place < Math.min(among, line.length); place++) {
        const entry = line[place]
        if (entry !== undefined && fits(entry)) return entry
      }
      return undefined
    },
  }
}
