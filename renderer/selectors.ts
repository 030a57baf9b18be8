import { bytesStored, type UploadId, type UploadSnapshot, type UploadStatus } from '../main/contract.ts'

export type Uploads = ReadonlyMap<UploadId, UploadSnapshot>

/** One top-level line of the queue: a file that was added alone, or a folder with its files in queue order. */
export type QueueItem =
  | { readonly kind: 'upload'; readonly ids: readonly [UploadId] }
  | { readonly kind: 'folder'; readonly folderId: string; readonly name: string; readonly ids: readonly UploadId[] }

/** One line of the list on the screen. `siblings` are the lines it can change places with; it is number `position` of them, from 0. */
export type Row =
  | (Placed & { readonly kind: 'upload'; readonly id: UploadId; readonly level: 1 | 2 })
  | (Placed & Extract<QueueItem, { kind: 'folder' }>)

type Placed = { readonly open: boolean; readonly key: string; readonly position: number; readonly siblingCount: number }

/** The queue by rank; a folder stands where its first file stands. */
export function queueItems(uploads: Uploads): readonly QueueItem[] {
  const items: QueueItem[] = []
  const folders = new Map<string, UploadId[]>()
  for (const { id, folder } of [...uploads.values()].sort((a, b) => a.rank - b.rank)) {
    if (folder === undefined) {
      items.push({ kind: 'upload', ids: [id] })
      continue
    }
    const known = folders.get(folder.id)
    if (known !== undefined) {
      known.push(id)
      continue
    }
    const ids = [id]
    folders.set(folder.id, ids)
    items.push({ kind: 'folder', folderId: folder.id, name: folder.name, ids })
  }
  return items
}

/** The lines to show: every item, and below an open folder its files. `openRows` holds the keys of open lines. */
export function rows(items: readonly QueueItem[], openRows: ReadonlySet<string>): readonly Row[] {
  return items.flatMap((item, position): Row[] => {
    if (item.kind === 'upload') return [uploadRow(item.ids[0], 1, position, items.length)]
    const key = `folder ${item.folderId}`
    const open = openRows.has(key)
    const folder: Row = { ...item, key, open, position, siblingCount: items.length }
    return open ? [folder, ...item.ids.map((id, index) => uploadRow(id, 2, index, item.ids.length))] : [folder]
  })

  function uploadRow(id: UploadId, level: 1 | 2, position: number, siblingCount: number): Row {
    return { kind: 'upload', key: id, id, level, open: openRows.has(id), position, siblingCount }
  }
}

export type Direction = 'up' | 'down'

/** What to pass to the `move` command so that a row changes places with its neighbour; undefined at the edge. */
export function moveByOne(
  items: readonly QueueItem[],
  row: Row,
  direction: Direction,
): { readonly ids: readonly UploadId[]; readonly before: UploadId | undefined } | undefined {
  const { groups, following } = siblings(items, row)
  const ids = groups[row.position]
  const neighbour = groups[row.position + (direction === 'up' ? -1 : 1)]
  if (ids === undefined || neighbour === undefined) return undefined
  return { ids, before: direction === 'up' ? neighbour[0] : (groups[row.position + 2]?.[0] ?? following) }
}

/** The lines a row can change places with, and the first upload after all of them. */
function siblings(items: readonly QueueItem[], row: Row) {
  if (row.kind === 'folder' || row.level === 1) return { groups: items.map(({ ids }) => ids), following: undefined }
  const parent = items.findIndex(({ ids }) => ids.includes(row.id))
  return { groups: (items[parent]?.ids ?? []).map((id) => [id]), following: items[parent + 1]?.ids[0] }
}

export type Summary = {
  readonly count: number
  /** How many uploads are in each state; states nobody is in are 0. */
  readonly countOf: Readonly<Record<UploadStatus['kind'], number>>
  readonly bytesTotal: number
  readonly bytesStored: number
  /** 0 to 1; 1 only when every upload is done. */
  readonly share: number
  /** Of all uploads being sent; absent while none has a known rate. */
  readonly bytesPerSecond?: number
  /** For what goes on by itself, at the present rate; absent while that cannot be told. */
  readonly secondsLeft?: number
}

/** Sums up uploads, for the totals of the queue and for a folder. */
export function summarise(uploads: Iterable<UploadSnapshot>): Summary {
  const countOf = { waiting: 0, sending: 0, verifying: 0, paused: 0, interrupted: 0, failed: 0, done: 0 }
  let [count, bytesTotal, stored, bytesAhead, bytesPerSecond] = [0, 0, 0, 0, 0]
  for (const upload of uploads) {
    const { status, sizeBytes } = upload
    const held = bytesStored(upload)
    count++
    countOf[status.kind]++
    bytesTotal += sizeBytes
    stored += held
    if (status.kind === 'waiting' || status.kind === 'sending' || status.kind === 'interrupted')
      bytesAhead += sizeBytes - held
    if (status.kind === 'sending') bytesPerSecond += status.bytesPerSecond ?? 0
  }
  const share = shareOf(stored, bytesTotal, count > 0 && countOf.done === count)
  const speed = bytesPerSecond > 0 ? { bytesPerSecond, secondsLeft: bytesAhead / bytesPerSecond } : {}
  return { count, countOf, bytesTotal, bytesStored: stored, share, ...speed }
}

/** How much of an upload is stored, 0 to 1; 1 only when it is done. */
export function uploadShare(upload: UploadSnapshot): number {
  return shareOf(bytesStored(upload), upload.sizeBytes, upload.status.kind === 'done')
}

/** Complete is what is verified, not what is sent: before that, 99 % is the most anyone is told. */
const MOST_BEFORE_DONE = 0.99

function shareOf(stored: number, total: number, done: boolean): number {
  if (done) return 1
  return total > 0 ? Math.min(MOST_BEFORE_DONE, Math.max(0, stored / total)) : 0
}

/** The uploads of `ids` that are still there, in that order. */
export function pick(uploads: Uploads, ids: readonly UploadId[]): readonly UploadSnapshot[] {
  return ids.flatMap((id) => uploads.get(id) ?? [])
}

/** Whether any upload is in a state that allows something. */
export function hasAny(uploads: Iterable<UploadSnapshot>, allows: (status: UploadStatus) => boolean): boolean {
  for (const { status } of uploads) if (allows(status)) return true
  return false
}

/** The ids of those uploads whose state allows something. */
export function idsWhere(
  uploads: Iterable<UploadSnapshot>,
  allows: (status: UploadStatus) => boolean,
): readonly UploadId[] {
  return [...uploads].filter(({ status }) => allows(status)).map(({ id }) => id)
}
