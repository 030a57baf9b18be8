import type { UploadId, UploadSnapshot, UploadStatus } from '../../main/contract/contract.ts'
import type { FolderItem, Queue, QueueItem } from './queue-order.ts'
import type { Totals } from './totals.ts'
import type { Uploads } from './upload-table.ts'

/** Which uploads are shown. An empty search lets every name through. */
export type View = { readonly filter: Filter; readonly search: string }

export type Filter = (typeof filters)[number]

export const filters = ['all', 'active', 'waiting', 'failed', 'done'] as const

/** The filter, besides `all`, that shows uploads of each kind. */
const filterOf = {
  waiting: 'waiting',
  paused: 'waiting',
  sending: 'active',
  verifying: 'active',
  interrupted: 'active',
  failed: 'failed',
  done: 'done',
} as const satisfies Record<UploadStatus['kind'], Filter>

/** Shows everything. */
export const WHOLE_VIEW: View = { filter: 'all', search: '' }

export function isWhole({ filter, search }: View): boolean {
  return filter === 'all' && search.trim() === ''
}

/** Tells whether the view shows an upload. Searches its path without regard to case, for every word. */
export function matcher(view: View): (upload: UploadSnapshot) => boolean {
  // A regular expression finds words without making a lower-case copy of every path first.
  const words = wordsOf(view).map(literally)
  const { filter } = view
  return ({ path, status }) =>
    (filter === 'all' || filterOf[status.kind] === filter) && words.every((word) => word.test(path))
}

function literally(word: string): RegExp {
  return new RegExp(word.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'), 'i')
}

/** How many uploads each filter shows, whatever is searched for. */
export function countsOf({ count, countOf }: Totals): Readonly<Record<Filter, number>> {
  const counts = { all: count, active: 0, waiting: 0, failed: 0, done: 0 }
  for (const [kind, filter] of Object.entries(filterOf)) counts[filter] += countOf[kind as UploadStatus['kind']]
  return counts
}

/**
 * The part of the queue that the view shows: a folder when any of its files are shown, with these. The very same queue
 * when that is all of it.
 */
export function shownOf(queue: Queue, uploads: Uploads, view: View): Queue {
  if (isWhole(view)) return queue
  const matches = matcher(view)
  return narrowed(queue, (id) => {
    const upload = uploads.get(id)
    return upload !== undefined && matches(upload)
  })
}

/** The part of the shown queue that stays; a folder stays as long as one of its files does. */
export function narrowed(shown: Queue, stays: (id: UploadId) => boolean): Queue {
  const folders = new Map<string, FolderItem>()
  const items: QueueItem[] = []
  for (const item of shown.items) {
    if (item.kind === 'upload') {
      if (stays(item.ids[0])) items.push(item)
      continue
    }
    const shownIds = item.shownIds.filter(stays)
    if (shownIds.length === 0) continue
    const folder = shownIds.length === item.shownIds.length ? item : { ...item, shownIds }
    folders.set(item.folderId, folder)
    items.push(folder)
  }
  return { items, folders }
}

/**
 * True when a view shows only uploads that the one before showed: when a person types a longer word, only these are
 * looked at.
 */
export function isNarrower(view: View, before: View): boolean {
  if (before.filter !== 'all' && before.filter !== view.filter) return false
  const words = wordsOf(view)
  return wordsOf(before).every((word) => words.some((longer) => longer.includes(word)))
}

function wordsOf({ search }: View): readonly string[] {
  return search.split(/\s+/).filter(Boolean)
}
