import type { UploadId, UploadSnapshot } from '../../main/contract/contract.ts'
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

/** Uploads by rank. Only the fields that decide about their place are up to date in them. */
export type Order = readonly Pick<UploadSnapshot, 'id' | 'rank' | 'folder'>[]

/** No uploads, and so no rows. */
export const NO_QUEUE: Queue = { items: [], folders: new Map() }

/** Uploads in order, and the queue that they make. */
export type Arranged = { readonly order: Order; readonly queue: Queue }

/**
 * The order and the queue after some changes; the same objects when no upload came, went or moved. Only what changed is
 * sorted. Uploads behind all others, as added ones are, are appended, and nothing else is looked at.
 */
export function arrangedAfter(before: Arranged, changes: readonly Change[]): Arranged {
  const moved = changes.filter(({ before, after }) => isPlacedAnew(before, after))
  if (moved.length === 0) return before
  const gone = new Set(moved.flatMap(({ before }) => (before === undefined ? [] : [before.id])))
  const come = moved.flatMap(({ after }) => (after === undefined ? [] : [after])).sort(byRank)
  const last = before.order.at(-1)
  if (gone.size === 0 && (last === undefined || last.rank < (come[0]?.rank ?? 0)))
    return { order: before.order.concat(come), queue: queueWith(before.queue, come) }
  const rest = gone.size === 0 ? before.order : before.order.filter(({ id }) => !gone.has(id))
  const order = merged(rest, come)
  return { order, queue: queueWith(NO_QUEUE, order) }
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

/** The queue with more uploads after those that are there; a folder stands where its first file stands. */
function queueWith({ items, folders }: Queue, come: Order): Queue {
  const nextItems = [...items]
  const nextFolders = new Map(folders)
  const growing = new Map<string, UploadId[]>()
  for (const { id, folder } of come) {
    if (folder === undefined) {
      nextItems.push({ kind: 'upload', ids: [id] })
      continue
    }
    const more = growing.get(folder.id)
    if (more !== undefined) {
      more.push(id)
      continue
    }
    const known = folders.get(folder.id)
    const ids = [...(known?.ids ?? []), id]
    const item = { kind: 'folder', folderId: folder.id, name: folder.name, ids, shownIds: ids } as const
    growing.set(folder.id, ids)
    nextFolders.set(folder.id, item)
    if (known === undefined) nextItems.push(item)
    else nextItems[nextItems.lastIndexOf(known)] = item
  }
  return { items: nextItems, folders: nextFolders }
}
