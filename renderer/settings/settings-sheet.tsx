import { useActions, useWindow } from '../actions/window-context.ts'
import { Sheet } from '../ui/sheet.tsx'
import { useText } from '../words/text.ts'
import { SettingsAfterDone } from './settings-after-done.tsx'
import { SettingsDesktop } from './settings-desktop.tsx'
import { SettingsLook } from './settings-look.tsx'
import { SettingsSending } from './settings-sending.tsx'

/** How files are sent and how the app behaves. Each decision holds at once. */
export function SettingsSheet() {
  const { t } = useText()
  const { closeSheet } = useActions()
  const isOpen = useWindow((state) => state.sheet === 'settings')
  const preferences = useWindow((state) => state.preferences)
  if (!isOpen || preferences === undefined) return null
  return (
    <Sheet title={t('settings.title')} onClose={closeSheet} tone="wide" testId="settings">
      <SettingsSending preferences={preferences} />
      <SettingsAfterDone preferences={preferences} />
      <SettingsDesktop preferences={preferences} />
      <SettingsLook preferences={preferences} />
      <div className="sheet-buttons">
        <button type="button" className="button primary" onClick={closeSheet}>
          {t('settings.close')}
        </button>
      </div>
    </Sheet>
  )
}
