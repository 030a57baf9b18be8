import { useId } from 'react'
import { useReceiverName } from '../actions/receiver-name.ts'
import { useActions, useWindow } from '../actions/window-context.ts'
import { FoundList } from '../receivers/found-list.tsx'
import { Icon } from '../ui/icon.tsx'
import { useText } from '../words/text.ts'
import { AddButtons } from './add-buttons.tsx'

/** What stands where the queue will be. */
export function EmptyQueue() {
  const { t } = useText()
  const receiverName = useReceiverName()
  const { addReceiver } = useActions()
  const receiver = useWindow((state) => state.receiver)
  const hasFound = useWindow((state) => state.foundReceivers.length > 0)
  const foundId = useId()
  return (
    <section className="empty">
      <Icon name="upload" />
      <h1>{t('drop.invite')}</h1>
      <p>
        {receiver === undefined
          ? t(hasFound ? 'drop.chooseFound' : 'drop.chooseFirst')
          : t('drop.toReceiver', { receiver: receiverName(receiver) })}
      </p>
      <AddButtons />
      <div className="found-here">
        <p id={foundId} role="status">
          {hasFound && t('found.label')}
        </p>
        {hasFound && <FoundList labelledBy={foundId} onChoose={({ address }) => addReceiver(address)} />}
      </div>
    </section>
  )
}
