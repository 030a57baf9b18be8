/** Ranks are plain numbers with room between them, so that moving a few uploads rewrites a few records. */
export type Ranked = { readonly id: string; readonly rank: number }

/**
 * New ranks that put `ids`, in their present order, just before `before` (at the end when it is undefined or unknown).
 * `ordered` is the whole queue by rank. Answers only what changes; that is everything when the numbers have no room
 * left.
 */
export function ranksAfterMove(
  ordered: readonly Ranked[],
  ids: ReadonlySet<string>,
  before: string | undefined,
): Map<string, number> {
  const moved = ordered.filter(({ id }) => ids.has(id))
  const rest = ordered.filter(({ id }) => !ids.has(id))
  const found = rest.findIndex(({ id }) => id === before)
  const index = found === -1 ? rest.length : found
  const low = rest[index - 1]?.rank ?? (rest[index]?.rank ?? 0) - moved.length - 1
  const high = rest[index]?.rank ?? low + moved.length + 1
  const step = (high - low) / (moved.length + 1)
  const ranks = moved.map(({ id }, place): [string, number] => [id, low + step * (place + 1)])
  const distinct = new Set([low, ...ranks.map(([, rank]) => rank), high]).size === ranks.length + 2
  if (distinct) return new Map(ranks)
  return new Map([...rest.slice(0, index), ...moved, ...rest.slice(index)].map(({ id }, place) => [id, place + 1]))
}
