import { useReceiverName } from '../actions/receiver-name.ts'
import { useActions } from '../actions/window-context.ts'
import type { AddingReceiver } from '../model/adding-receiver.ts'
import { Sheet } from '../ui/sheet.tsx'
import { useText } from '../words/text.ts'
import { IdentityFacts } from './identity-facts.tsx'

type Props = { readonly stop: Extract<AddingReceiver, { step: 'other-identity' }> }

/** A red stop: not the receiver that was expected answers. There is no button that goes on. */
export function OtherIdentity({ stop: { address, expected, presented, known } }: Props) {
  const { t } = useText()
  const receiverName = useReceiverName()
  const { stopAdding } = useActions()
  return (
    <Sheet title={t('identity.title')} onClose={stopAdding} tone="bad" testId="other-identity">
      <IdentityFacts
        name={known === undefined ? address : receiverName(known)}
        address={address}
        expected={expected}
        presented={presented}
        receiver={known}
        byLink={known === undefined}
      />
      <div className="sheet-buttons">
        <button type="button" className="button" data-first onClick={stopAdding}>
          {t('identity.close')}
        </button>
      </div>
    </Sheet>
  )
}
