import { useActions } from '../actions/window-context.ts'
import { useText } from '../words/text.ts'

/** Opens the system's dialogs. */
export function AddButtons() {
  const { t } = useText()
  const { addFiles, addFolder } = useActions()
  return (
    <div className="add-buttons">
      <button type="button" className="button primary" onClick={addFiles}>
        {t('add.files')}
      </button>
      <button type="button" className="button" onClick={addFolder}>
        {t('add.folder')}
      </button>
    </div>
  )
}
