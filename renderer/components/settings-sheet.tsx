import { useId } from 'react'
import type { ConflictPolicy } from '../../main/contract.ts'
import { useText } from '../text.ts'
import { useActions, useWindow } from '../window-context.ts'
import { RateField } from './rate-field.tsx'
import { Sheet } from './sheet.tsx'

const policies = ['keep-both', 'overwrite', 'skip-same', 'refuse'] as const satisfies readonly ConflictPolicy[]

/** How files are sent. Each decision holds at once. */
export function SettingsSheet() {
  const { t } = useText()
  const { closeSheet, setConflictPolicy, setDiscovery } = useActions()
  const isOpen = useWindow((state) => state.sheet === 'settings')
  const preferences = useWindow((state) => state.preferences)
  const id = useId()
  if (!isOpen || preferences === undefined) return null
  return (
    <Sheet title={t('settings.title')} onClose={closeSheet} testId="settings">
      <RateField bytesPerSecond={preferences.bytesPerSecond} />
      <label htmlFor={id}>{t('settings.conflict')}</label>
      <select
        id={id}
        className="field"
        value={preferences.onConflict}
        aria-describedby={`${id}-hint`}
        onChange={({ target }) => {
          const policy = policies.find((known) => known === target.value)
          if (policy !== undefined) setConflictPolicy(policy)
        }}
      >
        {policies.map((policy) => (
          <option key={policy} value={policy}>
            {t(`settings.${policy}`)}
          </option>
        ))}
      </select>
      <p className="sheet-hint" id={`${id}-hint`}>
        {t('settings.conflictHint')}
      </p>
      <label className="sheet-switch">
        <input
          type="checkbox"
          role="switch"
          className="switch"
          checked={preferences.discovery}
          aria-checked={preferences.discovery}
          onChange={() => setDiscovery(!preferences.discovery)}
        />
        {t('settings.discovery')}
      </label>
      <div className="sheet-buttons">
        <button type="button" className="button primary" onClick={closeSheet}>
          {t('settings.close')}
        </button>
      </div>
    </Sheet>
  )
}
