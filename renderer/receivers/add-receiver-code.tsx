import { useActions } from '../actions/window-context.ts'
import type { AddingReceiver } from '../model/adding-receiver.ts'
import { Fingerprint } from '../ui/fingerprint.tsx'
import { Sheet } from '../ui/sheet.tsx'
import { SheetForm } from '../ui/sheet-form.tsx'
import { useText } from '../words/text.ts'
import { TypedField } from './typed-field.tsx'

type Props = { readonly adding: Extract<AddingReceiver, { step: 'code' }> }

/** Asks for the code that the receiver shows. A pasted link will do as well. */
export function AddReceiverCode({ adding }: Props) {
  const { t } = useText()
  const { submitReceiver, stopAdding } = useActions()
  const { address, fingerprint, name = address, typed, tries, busy, problem } = adding
  return (
    <Sheet title={t('addReceiver.pairWith', { name })} onClose={stopAdding} testId="pair-receiver">
      <SheetForm
        busy={busy}
        problem={problem}
        confirm={t('addReceiver.pair')}
        onConfirm={submitReceiver}
        tries={tries > 0 ? t('addReceiver.tries', { count: tries }) : undefined}
      >
        <TypedField
          label={t('addReceiver.code')}
          hint={t('addReceiver.codeHint')}
          placeholder="XXXX-XXXX-XXXX-XXXX"
          typed={typed}
          isWrong={problem !== undefined}
          isCode
          testId="pairing-code"
        />
        <dl className="sheet-facts">
          <dt>{t('receivers.address')}</dt>
          <dd>{address}</dd>
          <dt>{t('receivers.fingerprint')}</dt>
          <dd>
            <Fingerprint value={fingerprint} />
          </dd>
        </dl>
      </SheetForm>
    </Sheet>
  )
}
