import { useActions, useWindow } from '../actions/window-context.ts'
import { useText } from '../words/text.ts'

/** What was added is being looked at before it is queued, which takes a while with a hundred thousand files. */
export function LookingBar() {
  const { t } = useText()
  const { stopLooking } = useActions()
  const looking = useWindow((state) => state.looking)
  if (looking === undefined) return null
  return (
    <div className="looking" data-testid="looking">
      {/* Read out once; the count would not let anybody hear anything else. */}
      <strong role="status">{t('looking.title')}</strong>
      <span className="looking-count" aria-hidden="true">
        {t('looking.found', { count: looking.files })}
      </span>
      <button type="button" className="button" onClick={stopLooking}>
        {t('looking.stop')}
      </button>
    </div>
  )
}
