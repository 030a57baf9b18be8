import { useId } from 'react'
import { useWindow } from '../actions/window-context.ts'
import { useText } from '../words/text.ts'
import { FoundList } from './found-list.tsx'

/**
 * A button beside the receiver field that opens the list of receivers found on the network; nothing while there are
 * none.
 */
export function FoundMenu({ onChoose }: { readonly onChoose: (address: string) => void }) {
  const { t } = useText()
  const count = useWindow((state) => state.foundReceivers.length)
  const id = useId()
  if (count === 0) return null
  return (
    <>
      <button type="button" className="button" data-testid="found-menu" popoverTarget={id}>
        {t('found.menu', { count })}
      </button>
      <div className="found-menu" id={id} popover="auto">
        <p id={`${id}-label`}>{t('found.label')}</p>
        <FoundList labelledBy={`${id}-label`} popover={id} onChoose={({ address }) => onChoose(address)} />
      </div>
    </>
  )
}
