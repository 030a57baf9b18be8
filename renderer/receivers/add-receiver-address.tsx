import { useActions } from '../actions/window-context.ts'
import type { AddingReceiver } from '../model/adding-receiver.ts'
import { Sheet } from '../ui/sheet.tsx'
import { SheetForm } from '../ui/sheet-form.tsx'
import { useText } from '../words/text.ts'
import { TypedField } from './typed-field.tsx'

type Props = { readonly adding: Extract<AddingReceiver, { step: 'address' }> }

/** Asks where the receiver is: an address, or the link that it shows. */
export function AddReceiverAddress({ adding: { typed, busy, problem } }: Props) {
  const { t } = useText()
  const { submitReceiver, stopAdding } = useActions()
  return (
    <Sheet title={t('addReceiver.title')} onClose={stopAdding} testId="add-receiver">
      <SheetForm busy={busy} problem={problem} confirm={t('addReceiver.next')} onConfirm={submitReceiver}>
        <TypedField
          label={t('addReceiver.address')}
          hint={t('addReceiver.addressHint')}
          placeholder="192.168.1.20:50051"
          typed={typed}
          isWrong={problem !== undefined}
          testId="receiver-address"
        />
      </SheetForm>
    </Sheet>
  )
}
