import type { AddingReceiver } from '../adding-receiver.ts'
import { useText } from '../text.ts'
import { useActions } from '../window-context.ts'
import { Sheet } from './sheet.tsx'
import { SheetForm } from './sheet-form.tsx'

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
