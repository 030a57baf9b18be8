import { isSettled, type UploadId, type UploadSnapshot } from '../../main/contract/contract.ts'
import { arrangedAfter, NO_QUEUE, type Order, type Queue } from './queue-order.ts'
import { type Change, NO_TOTALS, type Totals, withChanges } from './totals.ts'
import { type UploadTable, uploadTable } from './upload-table.ts'
import { isNarrower, matcher, narrowed, shownOf, type View, WHOLE_VIEW } from './view.ts'

/**
 * The uploads as the main process tells them, and what follows from them. Each part is the same object until it
 * changes.
 */
export type Mirror = {
  readonly uploads: UploadTable
  readonly order: Order
  readonly queue: Queue
  readonly view: View
  /** The part of the queue that the view shows. */
  readonly shown: Queue
  readonly totals: Totals
  /** By id of the folder. */
  readonly folderTotals: ReadonlyMap<string, Totals>
  /** Uploads that became done or failed in the latest change that had any; for screen readers. */
  readonly ended: readonly UploadSnapshot[]
  /** Removed by the person, and still there in the main process; the latest last. */
  readonly withheld: readonly Withheld[]
}

/** Uploads that were removed together. */
export type Withheld = {
  readonly removal: number
  readonly uploads: UploadTable
  /** Uploads that the removal paused; they go on when it is undone. */
  readonly pausedIds: readonly UploadId[]
  /** Whether it is too late to undo. */
  readonly final: boolean
}

/** No uploads yet. */
export const EMPTY_MIRROR: Mirror = mirrorOf([])

/** A mirror that begins with these uploads. */
export function mirrorOf(uploads: readonly UploadSnapshot[], view: View = WHOLE_VIEW): Mirror {
  const nothing: Mirror = {
    uploads: uploadTable(),
    order: [],
    queue: NO_QUEUE,
    view,
    shown: NO_QUEUE,
    totals: NO_TOTALS,
    folderTotals: new Map(),
    ended: [],
    withheld: [],
  }
  // An upload that had ended before is not announced again.
  return { ...put(nothing, uploads, []), ended: [] }
}

/**
 * The mirror after the main process told something. Costs what changed, and one pass without sorting where uploads
 * came, went or moved.
 */
export function afterChange(mirror: Mirror, changed: readonly UploadSnapshot[], removed: readonly UploadId[]): Mirror {
  if (mirror.withheld.length === 0) return put(mirror, changed, removed)
  const isWithheld = (id: UploadId) => mirror.withheld.some(({ uploads }) => uploads.get(id) !== undefined)
  const withheld = mirror.withheld
    .map((batch) => {
      const isOurs = (id: UploadId) => batch.uploads.get(id) !== undefined
      const [ours, gone] = [changed.filter(({ id }) => isOurs(id)), removed.filter(isOurs)]
      return ours.length + gone.length === 0 ? batch : { ...batch, uploads: batch.uploads.with(ours, gone) }
    })
    .filter(({ uploads }) => uploads.size > 0)
  const others = changed.filter(({ id }) => !isWithheld(id))
  return { ...put(mirror, others, removed), withheld }
}

/** Takes uploads off the list without telling the main process. */
export function withhold(mirror: Mirror, batch: Omit<Withheld, 'final'>): Mirror {
  const ids = [...batch.uploads.values()].map(({ id }) => id)
  return { ...put(mirror, [], ids), withheld: [...mirror.withheld, { ...batch, final: false }] }
}

/** Puts back what a removal took off, as it is now. */
export function giveBack(mirror: Mirror, removal: number): Mirror {
  const batch = mirror.withheld.find((candidate) => candidate.removal === removal)
  if (batch === undefined) return mirror
  const { ended } = mirror
  return {
    ...put(mirror, [...batch.uploads.values()], []),
    ended,
    withheld: mirror.withheld.filter((other) => other !== batch),
  }
}

/** From now on a removal cannot be undone. */
export function finalise(mirror: Mirror, removal: number): Mirror {
  const withheld = mirror.withheld.map((batch) => (batch.removal === removal ? { ...batch, final: true } : batch))
  return { ...mirror, withheld }
}

/** The latest removal that can still be undone. */
export function undoable({ withheld }: Pick<Mirror, 'withheld'>): Withheld | undefined {
  return withheld.findLast(({ final }) => !final)
}

/** Looks at the uploads in another way. */
export function lookAt(mirror: Mirror, view: View): Mirror {
  const from = isNarrower(view, mirror.view) ? mirror.shown : mirror.queue
  return { ...mirror, view, shown: shownOf(from, mirror.uploads, view) }
}

function put(mirror: Mirror, changed: readonly UploadSnapshot[], removed: readonly UploadId[]): Mirror {
  const gone = removed.flatMap((id) => mirror.uploads.get(id) ?? [])
  const changes: Change[] = [
    ...gone.map((before) => ({ before, after: undefined })),
    ...changed.map((after) => ({ before: mirror.uploads.get(after.id), after })),
  ]
  if (changes.length === 0) return mirror
  const uploads = mirror.uploads.with(changed, removed)
  const { order, queue } = arrangedAfter(mirror, changes)
  const shown = shownAfter(mirror, queue, uploads, changes)
  const ended = changed.filter((upload) => hasEnded(upload, mirror.uploads.get(upload.id)))
  return {
    ...mirror,
    uploads,
    order,
    queue,
    shown,
    totals: withChanges(mirror.totals, changes),
    folderTotals: folderTotalsAfter(mirror.folderTotals, changes),
    ...(ended.length > 0 && { ended }),
  }
}

/**
 * The part of the queue that is shown after a change. When uploads only leave the view, as they do while they finish,
 * the others are not looked at again.
 */
function shownAfter(mirror: Mirror, queue: Queue, uploads: UploadTable, changes: readonly Change[]): Queue {
  const { view, shown } = mirror
  if (queue !== mirror.queue) return shownOf(queue, uploads, view)
  const matches = matcher(view)
  const gone = new Set<UploadId>()
  for (const { before, after } of changes) {
    const was = before !== undefined && matches(before)
    const is = after !== undefined && matches(after)
    if (is && !was) return shownOf(queue, uploads, view)
    if (was && !is) gone.add(before.id)
  }
  return gone.size === 0 ? shown : narrowed(shown, (id) => !gone.has(id))
}

function folderTotalsAfter(totals: Mirror['folderTotals'], changes: readonly Change[]): Mirror['folderTotals'] {
  const byFolder = new Map<string, Change[]>()
  for (const { before, after } of changes) {
    if (before?.folder) listIn(byFolder, before.folder.id).push({ before, after: undefined })
    if (after?.folder) listIn(byFolder, after.folder.id).push({ before: undefined, after })
  }
  if (byFolder.size === 0) return totals
  const next = new Map(totals)
  for (const [id, ofFolder] of byFolder) {
    const sum = withChanges(next.get(id) ?? NO_TOTALS, ofFolder)
    if (sum.count === 0) next.delete(id)
    else next.set(id, sum)
  }
  return next
}

function listIn<T>(lists: Map<string, T[]>, key: string): T[] {
  const list = lists.get(key) ?? []
  lists.set(key, list)
  return list
}

function hasEnded(now: UploadSnapshot, before: UploadSnapshot | undefined): boolean {
  return isSettled(now.status) && now.status.kind !== before?.status.kind
}
