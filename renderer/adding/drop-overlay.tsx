import { useReceiverName } from '../actions/receiver-name.ts'
import { useActions, useWindow } from '../actions/window-context.ts'
import { Icon } from '../ui/icon.tsx'
import { useText } from '../words/text.ts'
import { useFileDrop } from './use-file-drop.ts'

/**
 * Takes what is dropped anywhere on the window, and covers it while files are dragged over it. Lets the drop fall
 * through to the page.
 */
export function DropOverlay() {
  const { t } = useText()
  const receiverName = useReceiverName()
  const receiver = useWindow((state) => state.receiver)
  const { addDropped } = useActions()
  const dragging = useFileDrop(addDropped)
  if (!dragging) return null
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
