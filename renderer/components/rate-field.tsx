import { useId, useState } from 'react'
import { readRate, shownRate } from '../rate.ts'
import { useText } from '../text.ts'
import { useActions } from '../window-context.ts'

/** The most to send in a second, in megabytes. What is typed counts when the field is left or Enter is pressed. */
export function RateField({ bytesPerSecond }: { readonly bytesPerSecond: number | undefined }) {
  const { t } = useText()
  const { limitRate } = useActions()
  const [typed, setTyped] = useState(shownRate(bytesPerSecond))
  const id = useId()
  const rate = readRate(typed)

  const apply = (): void => {
    if (rate.kind === 'wrong') return
    setTyped(shownRate(rate.bytesPerSecond))
    if (rate.bytesPerSecond !== bytesPerSecond) limitRate(rate.bytesPerSecond)
  }

  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        apply()
      }}
    >
      <label htmlFor={id}>{t('settings.rate')}</label>
      <span className="field-with-unit">
        <input
          id={id}
          className="field"
          inputMode="decimal"
          data-first
          data-testid="rate-limit"
          placeholder={t('settings.rateNone')}
          value={typed}
          aria-invalid={rate.kind === 'wrong'}
          aria-describedby={`${id}-hint`}
          onChange={({ target }) => setTyped(target.value)}
          onBlur={apply}
        />
        {t('settings.rateUnit')}
      </span>
      <p className={rate.kind === 'wrong' ? 'sheet-problem' : 'sheet-hint'} id={`${id}-hint`}>
        {t(rate.kind === 'wrong' ? 'settings.rateWrong' : 'settings.rateHint')}
      </p>
    </form>
  )
}
