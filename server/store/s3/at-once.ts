/**
 * Runs a task for each item, so many at the same time, and answers what they answer, in the order of the items. Rejects
 * with the first failure.
 */
export async function mapAtOnce<T, R>(
  items: readonly T[],
  atOnce: number,
  task: (item: T) => Promise<R>,
): Promise<R[]> {
  const results = new Array<R>(items.length)
  const waiting = items.entries()
  const runSome = async () => {
    for (const [index, item] of waiting) results[index] = await task(item)
  }
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, runSome))
  return results
}
