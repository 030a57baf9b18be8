import { useMemo } from 'react'
import {
  canCancel,
  canPause,
  canResume,
  canRetry,
  type UploadId,
  type UploadStatus,
} from '../../main/contract/contract.ts'
import { useActions, useStoreState, useWindow } from '../actions/window-context.ts'
import { idsOf, NO_SELECTION } from '../model/selection.ts'
import { allowsAny, totalsOf } from '../model/totals.ts'
import { useText } from '../words/text.ts'

/** What can be done to the selected uploads. */
export function SelectionBar() {
  const { t } = useText()
  const { pause, resume, retry, remove, select } = useActions()
  const selection = useWindow((state) => state.selection)
  const shown = useWindow((state) => state.shown)
  const now = useStoreState()
  // The selected uploads are a new list only when the selection or the queue changed, and not with every byte that is
  // sent.
  const ids = useMemo(() => idsOf(selection.keys, { ...now(), shown }), [selection, shown, now])
  const allows = useSelectedStates(ids)
  return (
    <fieldset className="bulk" aria-label={t('selection.label')} data-testid="selection-bar">
      <span className="selection-count" role="status">
        {t('selection.count', { count: ids.length })}
      </span>
      <button type="button" className="button small" disabled={!allows(canPause)} onClick={() => pause(ids)}>
        {t('selection.pause')}
      </button>
      <button type="button" className="button small" disabled={!allows(canResume)} onClick={() => resume(ids)}>
        {t('selection.resume')}
      </button>
      <button type="button" className="button small" disabled={!allows(canRetry)} onClick={() => retry(ids)}>
        {t('selection.retry')}
      </button>
      <button type="button" className="button small" onClick={() => remove(ids)}>
        {t(allows(canCancel) ? 'selection.cancel' : 'selection.clear')}
      </button>
      <button type="button" className="button small" onClick={() => select(NO_SELECTION)}>
        {t('selection.none')}
      </button>
    </fieldset>
  )
}

/**
 * Up to this many selected uploads are looked at whenever any upload changes. For more, the states of all uploads are
 * used instead.
 */
const MOST_LOOKED_AT = 1000

/** Tells whether the state of any selected upload allows something. */
function useSelectedStates(ids: readonly UploadId[]) {
  const all = useWindow((state) => state.totals)
  const few = useWindow((state) => (ids.length > MOST_LOOKED_AT ? undefined : state.uploads))
  const totals = useMemo(() => few && totalsOf(ids.flatMap((id) => few.get(id) ?? [])), [ids, few])
  return (can: (status: Pick<UploadStatus, 'kind'>) => boolean) => allowsAny(totals ?? all, can)
}
