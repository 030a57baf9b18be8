import { createHash, randomBytes } from 'node:crypto'
import { hostname } from 'node:os'
import type { WalkedEntry } from './walk.ts'

/** Tells a receiver which of the files it gets are sent together, so that none of them replaces another, whatever makes their names equal there. */
export type BatchItem = {
  /** Of all that was added together; random. */
  readonly batchId: string
  /** Of one source in it; the same whenever it is sent to the same place, so that it finds its own file again. No path that others could read. */
  readonly sourceId: string
}

const ID_BYTES = 16

export function newBatchId(): string {
  return randomBytes(ID_BYTES).toString('hex')
}

/** An item for each entry, in their order. One source that was named twice is two. */
export function itemsOf(
  batchId: string,
  entries: readonly Pick<WalkedEntry, 'source' | 'path'>[],
): readonly BatchItem[] {
  const seen = new Map<string, number>()
  return entries.map(({ source, path }) => {
    const name = JSON.stringify([source, path])
    const times = seen.get(name) ?? 0
    seen.set(name, times + 1)
    const digest = createHash('sha256')
      .update(JSON.stringify([hostname(), name, times]))
      .digest('hex')
    return { batchId, sourceId: digest.slice(0, 2 * ID_BYTES) }
  })
}
