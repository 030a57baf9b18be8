import { useText } from '../text.ts'
import { useWindow } from '../window-context.ts'
import { AddButtons } from './add-buttons.tsx'
import { Icon } from './icon.tsx'

/** What stands where the queue will be. */
export function EmptyQueue() {
  const { t, receiverName } = useText()
  const receiver = useWindow((state) => state.receiver)
  return (
    <section className="empty">
      <Icon name="upload" />
      <h1>{t('drop.invite')}</h1>
      <p>
        {receiver === undefined ? t('drop.chooseFirst') : t('drop.toReceiver', { receiver: receiverName(receiver) })}
      </p>
      <AddButtons />
    </section>
  )
}
