import type { UploadId } from '../../main/contract/contract.ts'
import type { Queue, QueueItem } from './queue-order.ts'

/**
 * One line of the list on the screen. `siblingCount` lines stand on its level beside each other; it is number
 * `position` of them, from 0.
 */
export type Row =
  | (Placed & { readonly kind: 'upload'; readonly id: UploadId; readonly level: 1 | 2 })
  | (Placed & Extract<QueueItem, { kind: 'folder' }> & { readonly level: 1 })

type Placed = {
  readonly open: boolean
  /** The id of the upload, or what {@link folderKey} says. */
  readonly key: string
  readonly position: number
  readonly siblingCount: number
}

/**
 * The lines to show: every item, and below an open folder its files. A line is made only when it is asked for: of
 * 100,000 lines, as many as fit the screen.
 */
export type QueueRows = {
  readonly count: number
  /** The same object each time; undefined beyond the ends. */
  at(index: number): Row | undefined
  /** The key of a line, without making it. */
  keyAt(index: number): string | undefined
  levelAt(index: number): 1 | 2
  /** -1 when the line is not shown. */
  indexOf(key: string): number
}

/** The key of a folder's line. No upload has it. */
function folderKey(folderId: string): string {
  return `folder ${folderId}`
}

/** The id of the folder whose line has this key; undefined for the line of an upload. */
export function folderIdOf(key: string): string | undefined {
  return key.startsWith('folder ') ? key.slice('folder '.length) : undefined
}

/** The lines of what is shown of the queue; `openRows` holds the keys of open lines. */
export function queueRows({ items, folders }: Queue, openRows: ReadonlySet<string>): QueueRows {
  const opened = openFolders(items, folders, openRows)
  const inside = opened.reduce((sum, { ids }) => sum + ids.length, 0)
  const count = items.length + inside
  const made = new Map<number, Row>()

  /** What a line shows: an item, or a file of the open folder above it. */
  function find(index: number) {
    const folder = opened.findLast(({ at }) => at < index)
    const place = folder === undefined ? undefined : index - folder.at - 1
    if (folder !== undefined && place !== undefined && place < folder.ids.length) {
      return { id: folder.ids[place], place, siblingCount: folder.ids.length }
    }
    const position = index - (folder?.insideUpTo ?? 0)
    return { item: items[position], position }
  }

  function make(index: number): Row | undefined {
    const { id, item, place = 0, position = 0, siblingCount = 0 } = find(index)
    if (id !== undefined) return uploadRow(id, 2, place, siblingCount)
    if (item === undefined) return undefined
    if (item.kind === 'upload') return uploadRow(item.ids[0], 1, position, items.length)
    const key = folderKey(item.folderId)
    return { ...item, key, level: 1, open: openRows.has(key), position, siblingCount: items.length }
  }

  function uploadRow(id: UploadId, level: 1 | 2, position: number, siblingCount: number): Row {
    return { kind: 'upload', key: id, id, level, open: openRows.has(id), position, siblingCount }
  }

  return {
    count,
    at(index) {
      const row = made.get(index) ?? make(index)
      if (row !== undefined) made.set(index, row)
      return row
    },
    keyAt(index) {
      // Asked about every line whenever the list is laid out anew.
      if (opened.length === 0) {
        const item = items[index]
        return item && keyOf(item)
      }
      const { id, item } = find(index)
      return id ?? (item && keyOf(item))
    },
    levelAt: (index) => (find(index).id === undefined ? 1 : 2),
    indexOf(key) {
      const position = items.findIndex((item) => keyOf(item) === key)
      if (position !== -1) return position + (opened.findLast((folder) => folder.position < position)?.insideUpTo ?? 0)
      for (const { at, ids } of opened) {
        const place = ids.indexOf(key)
        if (place !== -1) return at + 1 + place
      }
      return -1
    },
  }
}

/** The key of the line of an item. */
export function keyOf(item: QueueItem): string {
  return item.kind === 'upload' ? item.ids[0] : folderKey(item.folderId)
}

/**
 * The open folders from the top: the line of each, its index among the items, and how many files are in open folders up
 * to and including it.
 */
function openFolders(items: Queue['items'], folders: Queue['folders'], openRows: ReadonlySet<string>) {
  const open = [...openRows].flatMap((key) => {
    const item = folders.get(folderIdOf(key) ?? '')
    return item === undefined ? [] : [item]
  })
  let insideUpTo = 0
  return open
    .map((item) => ({ position: items.indexOf(item), ids: item.shownIds }))
    .sort((a, b) => a.position - b.position)
    .map(({ position, ids }) => {
      const at = position + insideUpTo
      insideUpTo += ids.length
      return { at, position, ids, insideUpTo }
    })
}
