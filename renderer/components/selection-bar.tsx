import { useMemo } from 'react'
import { canCancel, canPause, canResume, canRetry, type UploadStatus } from '../../main/contract.ts'
import { idsOf, NO_SELECTION } from '../selection.ts'
import { useText } from '../text.ts'
import { allowsAny, totalsOf } from '../totals.ts'
import { useActions, useWindow } from '../window-context.ts'

/** What can be done to the selected uploads. */
export function SelectionBar() {
  const { t } = useText()
  const { pause, resume, retry, remove, select } = useActions()
  const selection = useWindow((state) => state.selection)
  const uploads = useWindow((state) => state.uploads)
  const shown = useWindow((state) => state.shown)
  const view = useWindow((state) => state.view)
  const ids = useMemo(() => idsOf(selection.keys, { uploads, shown, view }), [selection, uploads, shown, view])
  const totals = useMemo(() => totalsOf(ids.flatMap((id) => uploads.get(id) ?? [])), [ids, uploads])
  const allows = (can: (status: Pick<UploadStatus, 'kind'>) => boolean) => allowsAny(totals, can)
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
