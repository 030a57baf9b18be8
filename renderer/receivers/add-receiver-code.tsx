import { useId } from 'react'
import { useActions } from '../actions/window-context.ts'
import type { AddingReceiver } from '../model/adding-receiver.ts'
import { Fingerprint } from '../ui/fingerprint.tsx'
import { Sheet } from '../ui/sheet.tsx'
import { SheetForm } from '../ui/sheet-form.tsx'
import { useText } from '../words/text.ts'

type Props = { readonly adding: Extract<AddingReceiver, { step: 'code' }> }

/** Asks for the code that the receiver shows. A pasted link will do as well. */
export function AddReceiverCode({ adding }: Props) {
  const { t } = useText()
  const { typeReceiver, submitReceiver, stopAdding } = useActions()
  const { address, fingerprint, name = address, typed, tries, busy, problem } = adding
  const id = useId()
  return (
    <Sheet title={t('addReceiver.pairWith', { name })} onClose={stopAdding} testId="pair-receiver">
      <SheetForm
        busy={busy}
        problem={problem}
        confirm={t('addReceiver.pair')}
        onConfirm={submitReceiver}
        tries={tries > 0 ? t('addReceiver.tries', { count: tries }) : undefined}
      >
        <label htmlFor={id}>{t('addReceiver.code')}</label>
        <input
          id={id}
          className="field code"
          type="text"
          data-first
          data-testid="pairing-code"
          spellCheck={false}
          autoComplete="off"
          placeholder="XXXX-XXXX-XXXX-XXXX"
          value={typed}
          aria-invalid={problem !== undefined}
          aria-describedby="sheet-problem"
          onChange={(event) => typeReceiver(event.target.value)}
        />
        <p className="sheet-hint">{t('addReceiver.codeHint')}</p>
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
