import { canClear, canPause, canResume, canRetry, type UploadStatus } from '../../main/contract/contract.ts'
import { useActions, useWindow } from '../actions/window-context.ts'
import { allowsAny } from '../model/totals.ts'
import { useText } from '../words/text.ts'
import { CancelAll } from './cancel-all.tsx'

/** What can be done to the whole queue. */
export function BulkButtons() {
  const { t } = useText()
  const { pauseAll, resumeAll, retryFailed, clearDone } = useActions()
  return (
    <fieldset className="bulk" aria-label={t('bulk.label')}>
      <BulkButton label={t('bulk.pauseAll')} allows={canPause} onPress={pauseAll} />
      <BulkButton label={t('bulk.resumeAll')} allows={canResume} onPress={resumeAll} />
      <BulkButton label={t('bulk.retryFailed')} allows={canRetry} onPress={retryFailed} />
      <BulkButton label={t('bulk.clearDone')} allows={canClear} onPress={clearDone} />
      <CancelAll />
    </fieldset>
  )
}

type Props = {
  readonly label: string
  readonly allows: (status: Pick<UploadStatus, 'kind'>) => boolean
  readonly onPress: () => void
}

function BulkButton({ label, allows, onPress }: Props) {
  const isPossible = useWindow((state) => allowsAny(state.totals, allows))
  return (
    <button type="button" className="button small" disabled={!isPossible} onClick={onPress}>
      {label}
    </button>
  )
}
