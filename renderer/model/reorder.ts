import type { UploadId } from '../../main/contract/contract.ts'
import type { Queue } from './queue-order.ts'
import { keyOf, type QueueRows, type Row } from './queue-rows.ts'

/** What to pass to the `move` command. */
export type Move = { readonly ids: readonly UploadId[]; readonly before: UploadId | undefined }

export type Edge = 'above' | 'below'

/** A line that can change places with its siblings: its key, and the uploads that it stands for. */
type Sibling = { readonly key: string; readonly ids: readonly UploadId[] }

/** Moves the lines of `keys` by one place among the siblings of `row`; undefined when they are at that end already. */
export function moveByOne(
  queue: Queue,
  rows: QueueRows,
  row: Row,
  keys: ReadonlySet<string>,
  direction: 'up' | 'down',
): Move | undefined {
  const moved = keys.has(row.key) ? keys : new Set([row.key])
  const shown = shownSiblings(rows, row)
  const index =
    direction === 'up' ? shown.findIndex((key) => moved.has(key)) - 1 : shown.findLastIndex((key) => moved.has(key)) + 1
  const neighbour = shown[index]
  return neighbour === undefined
    ? undefined
    : moveBeside(queue, row, moved, neighbour, direction === 'up' ? 'above' : 'below')
}

/**
 * Moves all lines of `keys` that are siblings of `row` to the edge of another sibling; undefined when there is nothing
 * to move.
 */
export function moveBeside(
  queue: Queue,
  row: Row,
  keys: ReadonlySet<string>,
  target: string,
  edge: Edge,
): Move | undefined {
  const { all, following } = siblings(queue, row)
  const at = all.findIndex(({ key }) => key === target)
  const moved = all.filter(({ key }) => keys.has(key))
  if (at === -1 || moved.length === 0) return undefined
  // The main process looks for the upload to move in front of among those that are not moved.
  const next = all.slice(edge === 'above' ? at : at + 1).find(({ key }) => !keys.has(key))
  return { ids: moved.flatMap(({ ids }) => ids), before: next?.ids[0] ?? following }
}

/** Moves to the beginning or the end of the siblings of `row`. */
export function moveToEnd(queue: Queue, row: Row, keys: ReadonlySet<string>, end: 'first' | 'last'): Move | undefined {
  const { all } = siblings(queue, row)
  const target = all.at(end === 'first' ? 0 : -1)
  return target && moveBeside(queue, row, keys, target.key, end === 'first' ? 'above' : 'below')
}

/** Whether a line can be dropped beside another: a file of a folder stays in its folder. */
export function areSiblings(queue: Queue, row: Row, other: Row): boolean {
  if (row.level === 1 || other.level === 1) return row.level === other.level
  return row.kind === 'upload' && other.kind === 'upload' && folderOf(queue, row.id) === folderOf(queue, other.id)
}

function folderOf({ folders }: Queue, id: UploadId) {
  for (const folder of folders.values()) if (folder.ids.includes(id)) return folder
  return undefined
}

/** All lines on the level of a row, shown or not, and the first upload after them. */
function siblings(queue: Queue, row: Row): { readonly all: readonly Sibling[]; readonly following?: UploadId } {
  const folder = row.kind === 'upload' && row.level === 2 ? folderOf(queue, row.id) : undefined
  if (folder === undefined) return { all: queue.items.map((item) => ({ key: keyOf(item), ids: item.ids })) }
  const following = queue.items[queue.items.findIndex((item) => item.ids === folder.ids) + 1]?.ids[0]
  const all = folder.ids.map((id) => ({ key: id, ids: [id] }))
  return { all, ...(following !== undefined && { following }) }
}

/** The keys of the lines on the level of a row that are shown. */
function shownSiblings(rows: QueueRows, row: Row): readonly string[] {
  const first = rows.indexOf(row.key) - row.position
  const keys: string[] = []
  // Files of open folders are between the siblings of the first level.
  for (let index = row.level === 1 ? 0 : first; keys.length < row.siblingCount && index < rows.count; index++) {
    const key = rows.keyAt(index)
    if (key !== undefined && (row.level === 2 || rows.levelAt(index) === 1)) keys.push(key)
  }
  return keys
}
