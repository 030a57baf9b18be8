import { useId } from 'react'

type Props<T extends string> = {
  readonly label: string
  readonly value: T
  /** Every value with what it is called, in the order in which they are shown. */
  readonly options: readonly (readonly [value: T, name: string])[]
  readonly hint?: string
  readonly onChange: (value: T) => void
}

/** One of a few, with its name beside it. */
export function SettingChoice<T extends string>({ label, value, options, hint, onChange }: Props<T>) {
  const id = useId()
  return (
    <div className="setting">
      <label htmlFor={id}>{label}</label>
      <select
        id={id}
        className="field"
        value={value}
        aria-describedby={hint === undefined ? undefined : `${id}-hint`}
        onChange={({ target }) => {
          const chosen = options.find(([known]) => known === target.value)
          if (chosen !== undefined) onChange(chosen[0])
        }}
      >
        {options.map(([option, name]) => (
          <option key={option} value={option}>
            {name}
          </option>
        ))}
      </select>
      {hint !== undefined && (
        <p className="sheet-hint" id={`${id}-hint`}>
          {hint}
        </p>
      )}
    </div>
  )
}
