import { useActions } from '../actions/window-context.ts'
import { useText } from '../words/text.ts'

/** Closes the sheet that it ends. */
export function CloseButton() {
  const { t } = useText()
  const { closeSheet } = useActions()
  return (
    <button type="button" className="button primary" data-first onClick={closeSheet}>
      {t('receivers.close')}
    </button>
  )
}
