import { useActions, useWindow } from '../actions/window-context.ts'
import { useNow } from '../ui/use-now.ts'
import { useText } from '../words/text.ts'

/** What is about to happen because nothing is left to send, with the seconds left to say no. */
export function EndingBar() {
  const { t, duration } = useText()
  const { callOff } = useActions()
  const ending = useWindow((state) => state.ending)
  const nowMs = useNow(ending !== undefined)
  if (ending === undefined) return null
  const left = duration(Math.min(60, Math.max(0, (ending.atMs - nowMs) / 1000)))
  return (
    <div className="ending" data-testid="ending">
      {/* Read out once; the seconds would not let anybody hear anything else. */}
      <strong role="alert">{t(`ending.${ending.action}`)}</strong>
      <span className="ending-left" aria-hidden="true">
        {left}
      </span>
      <button type="button" className="button primary" onClick={callOff}>
        {t('ending.callOff')}
      </button>
    </div>
  )
}
