import { canClear, canPause, canResume, canRetry, type UploadId, type UploadStatus } from '../../main/contract.ts'
import { hasAny, idsWhere } from '../selectors.ts'
import { useText } from '../text.ts'
import { useActions, useWindow } from '../window-context.ts'
import { CancelAll } from './cancel-all.tsx'

/** What can be done to the whole queue. */
export function BulkButtons() {
  const { t } = useText()
  const { pause, resume, retry, clear } = useActions()
  return (
    <fieldset className="bulk" aria-label={t('bulk.label')}>
      <BulkButton label={t('bulk.pauseAll')} allows={canPause} onPress={pause} />
      <BulkButton label={t('bulk.resumeAll')} allows={canResume} onPress={resume} />
      <BulkButton label={t('bulk.retryFailed')} allows={canRetry} onPress={retry} />
      <BulkButton label={t('bulk.clearDone')} allows={canClear} onPress={clear} />
      <CancelAll />
    </fieldset>
  )
}

type Props = {
  readonly label: string
  readonly allows: (status: UploadStatus) => boolean
  readonly onPress: (ids: readonly UploadId[]) => void
}

function BulkButton({ label, allows, onPress }: Props) {
  const uploads = useWindow((state) => state.uploads)
  return (
    <button
      type="button"
      className="button small"
      disabled={!hasAny(uploads.values(), allows)}
      onClick={() => onPress(idsWhere(uploads.values(), allows))}
    >
      {label}
    </button>
  )
}
