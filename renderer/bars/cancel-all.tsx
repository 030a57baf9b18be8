import { useId, useRef } from 'react'
import { useActions, useWindow } from '../actions/window-context.ts'
import { useText } from '../words/text.ts'

/** Cancels everything unfinished, after asking: hours of sending could hang on one slip of the mouse. */
export function CancelAll() {
  const { t } = useText()
  const { cancelAll } = useActions()
  const unfinished = useWindow(({ totals }) => totals.count - totals.countOf.done)
  const dialog = useRef<HTMLDialogElement>(null)
  const titleId = useId()
  const close = () => dialog.current?.close()

  return (
    <>
      <button
        type="button"
        className="button small"
        disabled={unfinished === 0}
        onClick={() => dialog.current?.showModal()}
      >
        {t('bulk.cancelAll')}
      </button>
      <dialog ref={dialog} className="sheet" aria-labelledby={titleId}>
        <h2 id={titleId}>{t('cancelAll.title', { count: unfinished })}</h2>
        <p>{t('cancelAll.body')}</p>
        <div className="sheet-buttons">
          <button type="button" className="button" onClick={close}>
            {t('cancelAll.keep')}
          </button>
          <button
            type="button"
            className="button danger"
            onClick={() => {
              cancelAll()
              close()
            }}
          >
            {t('cancelAll.confirm')}
          </button>
        </div>
      </dialog>
    </>
  )
}
