import { useId } from 'react'
import { useActions } from '../actions/window-context.ts'

type Props = {
  readonly label: string
  readonly hint: string
  readonly placeholder: string
  /** What was typed so far. */
  readonly typed: string
  /** Whether what was typed last was wrong; the form says why. */
  readonly isWrong: boolean
  readonly isCode?: boolean
  readonly testId: string
}

/** Takes what a person types, or pastes, about the receiver that is being added. */
export function TypedField({ label, hint, placeholder, typed, isWrong, isCode = false, testId }: Props) {
  const { typeReceiver } = useActions()
  const id = useId()
  return (
    <>
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        className={isCode ? 'field code' : 'field'}
        type="text"
        data-first
        data-testid={testId}
        spellCheck={false}
        autoComplete="off"
        placeholder={placeholder}
        value={typed}
        aria-invalid={isWrong}
        aria-describedby="sheet-problem"
        onChange={(event) => typeReceiver(event.target.value)}
      />
      <p className="sheet-hint">{hint}</p>
    </>
  )
}
