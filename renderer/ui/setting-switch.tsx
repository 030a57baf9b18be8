import { useId } from 'react'

type Props = {
  readonly label: string
  readonly isOn: boolean
  readonly hint?: string
  readonly onChange: (on: boolean) => void
}

/** Something that is on or off. */
export function SettingSwitch({ label, isOn, hint, onChange }: Props) {
  const id = useId()
  return (
    <div className="setting-switch">
      <label className="sheet-switch">
        <input
          type="checkbox"
          role="switch"
          className="switch"
          checked={isOn}
          aria-checked={isOn}
          aria-describedby={hint === undefined ? undefined : id}
          onChange={() => onChange(!isOn)}
        />
        {label}
      </label>
      {hint !== undefined && (
        <p className="sheet-hint" id={id}>
          {hint}
        </p>
      )}
    </div>
  )
}
