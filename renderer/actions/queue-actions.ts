import {
  canCancel,
  canClear,
  canPause,
  canResume,
  canRetry,
  type LongshoreApi,
  type UploadId,
  type UploadStatus,
} from '../../main/contract/contract.ts'
import { finalise, giveBack, lookAt, undoable, withhold } from '../model/mirror.ts'
import type { Move } from '../model/reorder.ts'
import { NO_SELECTION, type Selection } from '../model/selection.ts'
import type { WindowState, WindowStore } from '../model/store.ts'
import { type Uploads, uploadTable } from '../model/upload-table.ts'
import { type Filter, WHOLE_VIEW } from '../model/view.ts'

/**
 * How long a removal can be undone. Nothing is forgotten before, here or on the receiver; quitting meanwhile keeps it
 * all, paused.
 */
export const UNDO_MS = 8_000

/** What a person can do about uploads. `tell` shows a refusal. */
export function createQueueActions(api: LongshoreApi, store: WindowStore, tell: (answer: Promise<unknown>) => void) {
  const update = store.setState
  let removals = 0

  async function settle(removal: number): Promise<void> {
    const batch = store.getState().withheld.find((candidate) => candidate.removal === removal)
    if (batch === undefined || batch.final) return
    update((state) => ({ ...state, ...finalise(state, removal) }), true)
    try {
      await api.cancel(allWhere(batch.uploads, canCancel))
      // Looks at all uploads, because some that were to be cancelled may have become done in the meantime.
      await api.clear([...batch.uploads.values()].map(({ id }) => id))
    } catch (refusal) {
      restore(removal)
      throw refusal
    }
  }

  function restore(removal: number): void {
    update((state) => ({ ...state, ...giveBack(state, removal) }), true)
  }

  /** Takes uploads off the list; what is unfinished stops at once, and is forgotten when the time to undo is over. */
  function remove(ids: readonly UploadId[]): void {
    const { uploads } = store.getState()
    const removed = ids.flatMap((id) => uploads.get(id) ?? [])
    if (removed.length === 0) return
    const removal = ++removals
    const pausedIds = idsWhere(uploads, ids, canPause)
    if (pausedIds.length > 0) tell(api.pause(pausedIds))
    const batch = { removal, uploads: uploadTable(removed), pausedIds }
    update((state) => ({ ...state, ...withhold(state, batch), selection: NO_SELECTION }), true)
    setTimeout(() => tell(settle(removal)), UNDO_MS)
  }

  /** Brings back what was removed last, which goes on if it was going on. */
  function undo(): void {
    const batch = undoable(store.getState())
    if (batch === undefined) return
    restore(batch.removal)
    if (batch.pausedIds.length > 0) tell(api.resume(batch.pausedIds))
  }

  const ofAll = (command: (ids: readonly UploadId[]) => void, allows: typeof canPause) => () =>
    command(allWhere(store.getState().uploads, allows))
  const ofThese = (command: LongshoreApi['pause'], allows: typeof canPause) => (ids: readonly UploadId[]) => {
    const allowed = idsWhere(store.getState().uploads, ids, allows)
    if (allowed.length > 0) tell(command(allowed))
  }
  const pause = ofThese(api.pause, canPause)
  const resume = ofThese(api.resume, canResume)
  const retry = ofThese(api.retry, canRetry)

  return {
    pause,
    resume,
    retry,
    remove,
    undo,
    pauseAll: ofAll(pause, canPause),
    resumeAll: ofAll(resume, canResume),
    retryFailed: ofAll(retry, canRetry),
    clearDone: ofAll(remove, canClear),
    /** For good, and at once: whoever calls this has asked. */
    cancelAll: ofAll((ids) => tell(api.cancel(ids)), canCancel),
    /** Pauses what runs; when nothing does, lets what is paused go on. */
    pauseOrResume(ids: readonly UploadId[]) {
      const runs = idsWhere(store.getState().uploads, ids, canPause).length > 0
      ;(runs ? pause : resume)(ids)
    },
    move(target: Move | undefined) {
      if (target !== undefined) tell(api.move(target.ids, target.before))
    },
    reveal: (id: UploadId) => tell(api.reveal(id)),
    /** Puts a text on the clipboard. */
    copy: (text: string) => tell(navigator.clipboard.writeText(text)),
    select: (selection: Selection) => update({ selection }),
    setFilter: (filter: Filter) => update((state) => looking(state, { ...state.view, filter }), true),
    showEverything: () => update((state) => looking(state, WHOLE_VIEW), true),
    search: (search: string) => update((state) => looking(state, { ...state.view, search }), true),
    /** Opens or closes a row of the queue. */
    toggleRow: (key: string) => update(({ openRows }) => ({ openRows: toggled(openRows, key) })),
  }
}

/** Only what is shown is selected. */
function looking(state: WindowState, view: WindowState['view']): WindowState {
  return { ...state, ...lookAt(state, view), selection: NO_SELECTION }
}

function toggled(set: ReadonlySet<string>, value: string): ReadonlySet<string> {
  const copy = new Set(set)
  if (!copy.delete(value)) copy.add(value)
  return copy
}

/** Those of `ids` that are there and whose state allows something, in that order. */
function idsWhere(
  uploads: Uploads,
  ids: Iterable<UploadId>,
  allows: (status: UploadStatus) => boolean,
): readonly UploadId[] {
  return [...ids].filter((id) => {
    const upload = uploads.get(id)
    return upload !== undefined && allows(upload.status)
  })
}

/** The ids of all uploads whose state allows something. */
function allWhere(uploads: Uploads, allows: (status: UploadStatus) => boolean): readonly UploadId[] {
  return [...uploads.values()].filter(({ status }) => allows(status)).map(({ id }) => id)
}
