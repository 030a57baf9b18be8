import type { ReactNode } from 'react'
import { useActions } from '../actions/window-context.ts'
import { reasonSentence, type Told } from '../words/reasons.ts'
import { useText } from '../words/text.ts'

type Props = {
  readonly busy: boolean
  readonly problem?: Told | undefined
  /** What the button that goes on says. */
  readonly confirm: string
  readonly tone?: 'primary' | 'danger'
  readonly onConfirm: () => void
  /** Told with the problem: how often it happened. */
  readonly tries?: string | undefined
  readonly children: ReactNode
}

/** The body of a step: what is asked, what was wrong with the answer, and the buttons. Enter goes on. */
export function SheetForm({ busy, problem, confirm, tone = 'primary', onConfirm, tries, children }: Props) {
  const text = useText()
  const { t } = text
  const { stopAdding } = useActions()
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        onConfirm()
      }}
    >
      {children}
      <p className="sheet-problem" id="sheet-problem" role="alert">
        {problem && [reasonSentence(problem, text), tries].filter(Boolean).join(' ')}
      </p>
      <div className="sheet-buttons">
        <button type="button" className="button" onClick={stopAdding}>
          {t('addReceiver.cancel')}
        </button>
        <button type="submit" className={`button ${tone}`} aria-disabled={busy}>
          {busy ? t('addReceiver.busy') : confirm}
        </button>
      </div>
    </form>
  )
}
