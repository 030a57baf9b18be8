import { useId } from 'react'
import { useActions } from '../actions/window-context.ts'
import type { AddingReceiver } from '../model/adding-receiver.ts'
import { Sheet } from '../ui/sheet.tsx'
import { SheetForm } from '../ui/sheet-form.tsx'
import { useText } from '../words/text.ts'

type Props = { readonly adding: Extract<AddingReceiver, { step: 'address' }> }

/** Asks where the receiver is: an address, or the link that it shows. */
export function AddReceiverAddress({ adding: { typed, busy, problem } }: Props) {
  const { t } = useText()
  const { typeReceiver, submitReceiver, stopAdding } = useActions()
  const id = useId()
  return (
    <Sheet title={t('addReceiver.title')} onClose={stopAdding} testId="add-receiver">
      <SheetForm busy={busy} problem={problem} confirm={t('addReceiver.next')} onConfirm={submitReceiver}>
        <label htmlFor={id}>{t('addReceiver.address')}</label>
        <input
          id={id}
          className="field"
          type="text"
          data-first
          data-testid="receiver-address"
          spellCheck={false}
          autoComplete="off"
          placeholder="192.168.1.20:50051"
          value={typed}
          aria-invalid={problem !== undefined}
          aria-describedby="sheet-problem"
          onChange={(event) => typeReceiver(event.target.value)}
        />
        <p className="sheet-hint">{t('addReceiver.addressHint')}</p>
      </SheetForm>
    </Sheet>
  )
}
