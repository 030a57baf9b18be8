/** The bytes from start up to, but not including, end. */
export type Range = { readonly start: number; readonly end: number }

/**
 * Ranges that are ascending, not empty and do not touch each other. Values are never changed: every function answers a
 * new set.
 */
export type RangeSet = readonly Range[]

/** The set with one more range, merged with whatever it touches. An empty range changes nothing. */
export function withRange(set: RangeSet, range: Range): RangeSet {
  if (range.start >= range.end) return set
  const first = firstEndingAtOrAfter(set, range.start)
  let past = first
  let { start, end } = range
  for (let next = set[past]; next && next.start <= range.end; next = set[++past]) {
    start = Math.min(start, next.start)
    end = Math.max(end, next.end)
  }
  return set.toSpliced(first, past - first, { start, end })
}

/** The parts of a range that the set does not hold, ascending. */
export function missingWithin(set: RangeSet, range: Range): RangeSet {
  const missing: Range[] = []
  let at = range.start
  for (let index = firstEndingAtOrAfter(set, range.start); index < set.length && at < range.end; index++) {
    const held = set[index]
    if (!held || held.start >= range.end) break
    if (held.start > at) missing.push({ start: at, end: held.start })
    at = Math.max(at, held.end)
  }
  if (at < range.end) missing.push({ start: at, end: range.end })
  return missing
}

/** The set with all ranges of another one. */
export function union(set: RangeSet, other: RangeSet): RangeSet {
  return other.reduce(withRange, set)
}

/** What both sets hold. */
export function intersection(set: RangeSet, other: RangeSet): RangeSet {
  return set.flatMap((range) => missingWithin(missingWithin(other, range), range))
}

/** Where the bytes that the set holds from the very start end; 0 when it does not hold the first. */
export function endOfPrefix(set: RangeSet): number {
  const first = set[0]
  return first?.start === 0 ? first.end : 0
}

/** How many bytes the set holds. */
export function bytesIn(set: RangeSet): number {
  return set.reduce((bytes, range) => bytes + (range.end - range.start), 0)
}

/**
 * Index of the first range that ends at or after a position, found by halving: a shuffled upload can have tens of
 * thousands of ranges.
 */
function firstEndingAtOrAfter(set: RangeSet, position: number): number {
  let low = 0
  let high = set.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((set[middle]?.end ?? 0) < position) low = middle + 1
    else high = middle
  }
  return low
}

/** The first few ranges of a set, for people. */
export function listed(ranges: RangeSet): string {
  const shown = ranges.slice(0, 5).map(({ start, end }) => `${start}-${end}`)
  const more = ranges.length - shown.length
  return shown.join(', ') + (more > 0 ? ` and ${more} more` : '')
}
