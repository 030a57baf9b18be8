import { useActions, useWindow } from '../actions/window-context.ts'
import { undoable } from '../model/mirror.ts'
import { useText } from '../words/text.ts'

/** Says for some seconds what was removed, and takes it back. */
export function UndoBar() {
  const { t } = useText()
  const { undo } = useActions()
  const count = useWindow((state) => undoable(state)?.uploads.size)
  return (
    <section className="undo-place" aria-live="polite" aria-label={t('undo.label')}>
      {count !== undefined && (
        <div className="undo" data-testid="undo">
          <span>{t('undo.removed', { count })}</span>
          <button type="button" className="button small" onClick={undo}>
            {t('undo.undo')}
          </button>
        </div>
      )}
    </section>
  )
}
