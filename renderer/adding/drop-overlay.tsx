import { useReceiverName } from '../actions/receiver-name.ts'
import { useWindow } from '../actions/window-context.ts'
import { Icon } from '../ui/icon.tsx'
import { useText } from '../words/text.ts'

/** Covers the window while files are dragged over it. Lets the drop fall through to the page. */
export function DropOverlay() {
  const { t } = useText()
  const receiverName = useReceiverName()
  const receiver = useWindow((state) => state.receiver)
  return (
    <div className="drop-overlay" aria-hidden="true">
      <div>
        <Icon name="upload" />
        <strong>{t('drop.now')}</strong>
        {receiver !== undefined && <span>{t('drop.goesTo', { receiver: receiverName(receiver) })}</span>}
      </div>
    </div>
  )
}
