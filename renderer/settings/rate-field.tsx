import { useId, useState } from 'react'
import { useText } from '../words/text.ts'
import { readRate, shownRate } from './rate.ts'

type Props = {
  readonly label: string
  readonly hint?: string
  readonly testId: string
  readonly bytesPerSecond: number | undefined
  readonly onChange: (bytesPerSecond: number | undefined) => void
  /** The focus begins here when the sheet opens. */
  readonly isFirst?: boolean
}

/** The most to send in a second, in megabytes. What is typed counts when the field is left or Enter is pressed. */
export function RateField({ label, hint, testId, bytesPerSecond, onChange, isFirst = false }: Props) {
  const { t } = useText()
  const [typed, setTyped] = useState(shownRate(bytesPerSecond))
  const id = useId()
  const rate = readRate(typed)
  const said = rate.kind === 'wrong' ? t('settings.rateWrong') : hint

  const apply = (): void => {
    if (rate.kind === 'wrong') return
    setTyped(shownRate(rate.bytesPerSecond))
    if (rate.bytesPerSecond !== bytesPerSecond) onChange(rate.bytesPerSecond)
  }

  return (
    <form
      className="setting"
      onSubmit={(event) => {
        event.preventDefault()
        apply()
      }}
    >
      <label htmlFor={id}>{label}</label>
      <span className="field-with-unit">
        <input
          id={id}
          className="field"
          inputMode="decimal"
          data-first={isFirst || undefined}
          data-testid={testId}
          placeholder={t('settings.rateNone')}
          value={typed}
          aria-invalid={rate.kind === 'wrong'}
          aria-describedby={said === undefined ? undefined : `${id}-hint`}
          onChange={({ target }) => setTyped(target.value)}
          onBlur={apply}
        />
        {t('settings.rateUnit')}
      </span>
      {said !== undefined && (
        <p className={rate.kind === 'wrong' ? 'sheet-problem' : 'sheet-hint'} id={`${id}-hint`}>
          {said}
        </p>
      )}
    </form>
  )
}
