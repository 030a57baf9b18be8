import { useActions } from '../actions/window-context.ts'
import type { AddingReceiver } from '../model/adding-receiver.ts'
import { Sheet } from '../ui/sheet.tsx'
import { SheetForm } from '../ui/sheet-form.tsx'
import { useText } from '../words/text.ts'

type Props = { readonly adding: Extract<AddingReceiver, { step: 'not-encrypted' }> }

/** Warns that a receiver does not encrypt, and lets the person decide. */
export function AddReceiverPlaintext({ adding: { address, busy, problem } }: Props) {
  const { t } = useText()
  const { acceptPlaintext, stopAdding } = useActions()
  return (
    <Sheet title={t('addReceiver.plaintextTitle', { address })} onClose={stopAdding} testId="plaintext-receiver">
      <SheetForm
        busy={busy}
        problem={problem}
        confirm={t('addReceiver.usePlaintext')}
        tone="danger"
        onConfirm={acceptPlaintext}
      >
        <p className="sheet-warning">{t('addReceiver.plaintextWarning')}</p>
        <p>{t('addReceiver.plaintextAdvice')}</p>
      </SheetForm>
    </Sheet>
  )
}
