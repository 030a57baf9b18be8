import { useActions, useWindow } from '../actions/window-context.ts'
import { CloseButton } from '../ui/close-button.tsx'
import { Sheet } from '../ui/sheet.tsx'
import { useText } from '../words/text.ts'
import { ReceiverCard } from './receiver-card.tsx'

/** All known receivers, to be looked at, renamed and forgotten. */
export function ReceiversSheet() {
  const { t } = useText()
  const { addReceiver, closeSheet } = useActions()
  const receivers = useWindow((state) => state.receivers)
  const isOpen = useWindow((state) => state.sheet === 'receivers')
  if (!isOpen) return null
  return (
    <Sheet title={t('receivers.title')} onClose={closeSheet} tone="wide" testId="receivers">
      {receivers.length === 0 && <p>{t('receivers.none')}</p>}
      <ul className="cards">
        {receivers.map((receiver) => (
          <ReceiverCard key={receiver.id} receiver={receiver} />
        ))}
      </ul>
      <div className="sheet-buttons">
        <button
          type="button"
          className="button"
          onClick={() => {
            closeSheet()
            addReceiver()
          }}
        >
          {t('receiver.add')}
        </button>
        <CloseButton />
      </div>
    </Sheet>
  )
}
