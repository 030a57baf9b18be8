import { THIS_COMPUTER } from '../../main/contract.ts'
import type { WindowState } from '../store.ts'
import { type Text, useText } from '../text.ts'
import { useWindow } from '../window-context.ts'

/** The line below the receiver field: why an address was refused, or what is still to be chosen. Empty when all is well. */
export function ReceiverHint({ id }: { readonly id: string }) {
  const { t } = useText()
  const problem = useWindow((state) => state.receiverProblem)
  const sentence = useWindow((state) => hint(state, t))
  return (
    <p className="receiver-hint" id={id} role="status" data-tone={problem?.kind === 'refused' ? 'bad' : 'warn'}>
      {sentence}
    </p>
  )
}

function hint({ receiver, receiverProblem, heldFiles, localReceiver }: WindowState, t: Text['t']): string | undefined {
  if (receiverProblem?.kind === 'refused') return receiverProblem.sentence
  if (heldFiles.length > 0) return t('receiver.missingHeld', { count: heldFiles.length })
  if (receiverProblem?.kind === 'missing') return t('receiver.missing')
  const isOff = localReceiver?.kind === 'off' || localReceiver?.kind === 'failed'
  return receiver === THIS_COMPUTER && isOff ? t('receiver.localOff') : undefined
}
