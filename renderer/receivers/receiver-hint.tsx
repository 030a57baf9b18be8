import { type KnownReceiver, THIS_COMPUTER } from '../../main/contract/receivers.ts'
import { useActions, useWindow } from '../actions/window-context.ts'
import type { WindowState } from '../model/store.ts'
import { type Text, useText } from '../words/text.ts'

/**
 * The line below the receiver field: what is still to be chosen, or what to know about what is. Empty when all is well.
 */
export function ReceiverHint({ id }: { readonly id: string }) {
  const { t } = useText()
  const { addReceiver } = useActions()
  const sentence = useWindow((state) => hint(state, t))
  const chosen = useWindow(chosenReceiver)
  return (
    <p className="receiver-hint" id={id} role="status" data-tone="warn">
      {sentence}
      {chosen?.standing.kind === 'not-paired' && (
        <button type="button" className="button small" onClick={() => addReceiver(chosen.address)}>
          {t('receiver.pairAgain')}
        </button>
      )}
    </p>
  )
}

function chosenReceiver({ receiver, receivers }: WindowState): KnownReceiver | undefined {
  return receivers.find(({ id }) => id === receiver)
}

function hint(state: WindowState, t: Text['t']): string | undefined {
  const { receiver, receiverMissing, heldFiles, localReceiver } = state
  if (heldFiles.length > 0) return t('receiver.missingHeld', { count: heldFiles.length })
  if (receiverMissing !== undefined) return t('receiver.missing')
  const isOff = localReceiver?.kind === 'off' || localReceiver?.kind === 'failed'
  if (receiver === THIS_COMPUTER) return isOff ? t('receiver.localOff') : undefined
  const chosen = chosenReceiver(state)
  if (chosen === undefined) return undefined
  if (chosen.fingerprint === undefined) return t('receiver.plaintext')
  return chosen.standing.kind === 'not-paired' ? t('receiver.notPaired', { name: chosen.name }) : undefined
}
