import type { UploadId, UploadSnapshot } from '../main/contract.ts'
import type { Change } from './totals.ts'

/** A dropped folder with its files in queue order; `shownIds` are those that the view lets through. */
export type FolderItem = {
  readonly kind: 'folder'
  readonly folderId: string
  readonly name: string
  readonly ids: readonly UploadId[]
  readonly shownIds: readonly UploadId[]
}

/** One top-level line of the queue: a file that was added alone, or a folder. */
export type QueueItem = { readonly kind: 'upload'; readonly ids: readonly [UploadId] } | FolderItem

export type Queue = {
  readonly items: readonly QueueItem[]
  /** The folders among them, by id. */
  readonly folders: ReadonlyMap<string, FolderItem>
}

/** Uploads by rank. Only what tells their place is up to date in them. */
export type Order = readonly Pick<UploadSnapshot, 'id' | 'rank' | 'folder'>[]

/** The order after some changes: the very same while nobody came, went or moved. Sorts what changed only. */
export function orderAfter(order: Order, changes: readonly Change[]): Order {
  const moved = changes.filter(({ before, after }) => isPlacedAnew(before, after))
  if (moved.length === 0) return order
  const gone = new Set(moved.flatMap(({ before }) => (before === undefined ? [] : [before.id])))
  const come = moved.flatMap(({ after }) => (after === undefined ? [] : [after])).sort(byRank)
  const rest = gone.size === 0 ? order : order.filter(({ id }) => !gone.has(id))
  return merged(rest, come)
}

function isPlacedAnew(before: UploadSnapshot | undefined, after: UploadSnapshot | undefined): boolean {
  return before?.rank !== after?.rank || before?.folder?.id !== after?.folder?.id
}

function byRank(a: { readonly rank: number }, b: { readonly rank: number }): number {
  return a.rank - b.rank
}

function merged(left: Order, right: Order): Order {
  const result: Order[number][] = []
  let next = 0
  for (const item of left) {
    for (let other = right[next]; other !== undefined && other.rank < item.rank; other = right[next]) {
      result.push(other)
      next++
    }
    result.push(item)
  }
  return [...result, ...right.slice(next)]
}

/** The queue in an order; a folder stands where its first file stands. */
export function queueOf(order: Order): Queue {
  const items: QueueItem[] = []
  const folders = new Map<string, FolderItem & { readonly ids: UploadId[] }>()
  for (const { id, folder } of order) {
    if (folder === undefined) {
      items.push({ kind: 'upload', ids: [id] })
      continue
    }
    const known = folders.get(folder.id)
    if (known !== undefined) {
      known.ids.push(id)
      continue
    }
    const ids = [id]
    const item = { kind: 'folder', folderId: folder.id, name: folder.name, ids, shownIds: ids } as const
    folders.set(folder.id, item)
    items.push(item)
  }
  return { items, folders }
}
