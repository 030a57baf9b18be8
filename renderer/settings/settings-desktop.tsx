import type { Preferences } from '../../main/contract/preferences.ts'
import { useActions } from '../actions/window-context.ts'
import { SettingSwitch } from '../ui/setting-switch.tsx'
import { useText } from '../words/text.ts'

/** What the app does outside its window. */
export function SettingsDesktop({ preferences }: { readonly preferences: Preferences }) {
  const { t } = useText()
  const { setPreferences, setStartAtLogin } = useActions()
  const { notifications, tray, startAtLogin } = preferences
  return (
    <section className="settings-group" aria-label={t('settings.desktop')}>
      <h3>{t('settings.desktop')}</h3>
      <SettingSwitch
        label={t('settings.notifications')}
        isOn={notifications}
        onChange={(on) => setPreferences({ notifications: on })}
      />
      <SettingSwitch
        label={t('settings.tray')}
        isOn={tray}
        hint={t(tray ? 'settings.trayOn' : 'settings.trayOff')}
        onChange={(on) => setPreferences({ tray: on })}
      />
      {startAtLogin !== undefined && (
        <SettingSwitch label={t('settings.startAtLogin')} isOn={startAtLogin} onChange={setStartAtLogin} />
      )}
    </section>
  )
}
