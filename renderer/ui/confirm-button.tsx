import { useState } from 'react'
import { useText } from '../words/text.ts'

type Props = {
  readonly label: string
  /** Asked in place of the button, before anything is done. */
  readonly question: string
  readonly onConfirm: () => void
}

/** A button for what cannot be taken back: it asks first, where it stands. */
export function ConfirmButton({ label, question, onConfirm }: Props) {
  const { t } = useText()
  const [asking, setAsking] = useState(false)
  if (!asking)
    return (
      <button type="button" className="button small" onClick={() => setAsking(true)}>
        {label}
      </button>
    )
  return (
    <fieldset className="confirm" aria-label={question}>
      <span>{question}</span>
      <button type="button" className="button small" ref={takeFocus} onClick={() => setAsking(false)}>
        {t('confirm.no')}
      </button>
      <button
        type="button"
        className="button small danger"
        onClick={() => {
          setAsking(false)
          onConfirm()
        }}
      >
        {label}
      </button>
    </fieldset>
  )
}

/** The button that was pressed is gone, and the focus must not be lost with it. */
function takeFocus(button: HTMLElement | null): void {
  button?.focus()
}
