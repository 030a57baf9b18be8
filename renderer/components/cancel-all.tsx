import { useId, useRef } from 'react'
import { canCancel } from '../../main/contract.ts'
import { idsWhere } from '../selectors.ts'
import { useText } from '../text.ts'
import { useActions, useWindow } from '../window-context.ts'

/** Cancels everything unfinished, after asking: hours of sending could hang on one slip of the mouse. */
export function CancelAll() {
  const { t } = useText()
  const { cancel } = useActions()
  const uploads = useWindow((state) => state.uploads)
  const dialog = useRef<HTMLDialogElement>(null)
  const titleId = useId()
  const ids = idsWhere(uploads.values(), canCancel)
  const close = () => dialog.current?.close()

  return (
    <>
      <button
        type="button"
        className="button small"
        disabled={ids.length === 0}
        onClick={() => dialog.current?.showModal()}
      >
        {t('bulk.cancelAll')}
      </button>
      <dialog ref={dialog} className="sheet" aria-labelledby={titleId}>
        <h2 id={titleId}>{t('cancelAll.title', { count: ids.length })}</h2>
        <p>{t('cancelAll.body')}</p>
        <div className="sheet-buttons">
          <button type="button" className="button" onClick={close}>
            {t('cancelAll.keep')}
          </button>
          <button
            type="button"
            className="button danger"
            onClick={() => {
              cancel(ids)
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
