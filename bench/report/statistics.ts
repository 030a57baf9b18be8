/** The middle one, or the mean of the two in the middle. Throws RangeError when there is none. */
export function median(values: readonly number[]): number {
  return percentile(values, 50)
}

/** Linear between the two nearest. `percent` is 0 to 100. Throws RangeError when there are no values. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = [...values].sort((a, b) => a - b)
  const place = ((sorted.length - 1) * percent) / 100
  const [low, high] = [sorted[Math.floor(place)], sorted[Math.ceil(place)]]
  if (low === undefined || high === undefined) throw new RangeError('Expected at least one value, got none')
  return low + (high - low) * (place - Math.floor(place))
}

/**
 * How many times `baseline` the values are: the median over the rounds, each compared with the same round, so that what
 * slowed a whole round does not count. Undefined when they have no rounds in common.
 */
export function ratio(values: readonly number[], baseline: readonly number[]): number | undefined {
  const ratios = values.slice(0, baseline.length).map((value, round) => value / (baseline[round] ?? Number.NaN))
  const known = ratios.filter(Number.isFinite)
  return known.length === 0 ? undefined : median(known)
}
