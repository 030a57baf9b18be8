import { useEffect, useId, useRef } from 'react'
import { THIS_COMPUTER } from '../../main/contract/receivers.ts'
import { useActions, useWindow } from '../actions/window-context.ts'
import { useText } from '../words/text.ts'
import { FoundMenu } from './found-menu.tsx'
import { ReceiverHint } from './receiver-hint.tsx'

/** Where new files go: one of the known receivers, or one that is added now. */
export function ReceiverField() {
  const { t } = useText()
  const { setReceiver, addReceiver, openSheet } = useActions()
  const receiver = useWindow((state) => state.receiver)
  const receivers = useWindow((state) => state.receivers)
  const missing = useWindow((state) => state.receiverMissing)
  const isQueueEmpty = useWindow((state) => state.queue.items.length === 0)
  const select = useRef<HTMLSelectElement>(null)
  const id = useId()

  useEffect(() => {
    if (missing !== undefined) select.current?.focus()
  }, [missing])

  return (
    <div className="receiver">
      <label htmlFor={id}>{t('receiver.label')}</label>
      <select
        ref={select}
        id={id}
        className="field"
        data-testid="receiver-field"
        value={receiver ?? ''}
        aria-describedby={`${id}-hint`}
        onChange={(event) => setReceiver(event.target.value)}
      >
        {receiver === undefined && <option value="">{t('receiver.choose')}</option>}
        <option value={THIS_COMPUTER}>{t('receiver.thisComputer')}</option>
        {receivers.map((known) => (
          <option key={known.id} value={known.id}>
            {known.name === known.address ? known.name : `${known.name} (${known.address})`}
          </option>
        ))}
      </select>
      <button type="button" className="button" data-testid="add-receiver-button" onClick={() => addReceiver()}>
        {t('receiver.add')}
      </button>
      {/* An empty queue shows them itself. */}
      {!isQueueEmpty && <FoundMenu onChoose={addReceiver} />}
      {receivers.length > 0 && (
        <button type="button" className="button" onClick={() => openSheet('receivers')}>
          {t('receiver.manage')}
        </button>
      )}
      <ReceiverHint id={`${id}-hint`} />
    </div>
  )
}
