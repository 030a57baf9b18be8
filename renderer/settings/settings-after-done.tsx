import type { AfterDone, Preferences } from '../../main/contract/preferences.ts'
import { useActions, useWindow } from '../actions/window-context.ts'
import { SettingChoice } from '../ui/setting-choice.tsx'
import { SettingSwitch } from '../ui/setting-switch.tsx'
import { useText } from '../words/text.ts'

/** What happens while files are sent, and once nothing is left to send. */
export function SettingsAfterDone({ preferences }: { readonly preferences: Preferences }) {
  const { t } = useText()
  const { setPreferences } = useActions()
  const canSleep = useWindow((state) => state.canSleep)
  const { keepAwake, afterDone, keepAfterDone } = preferences
  const choices: readonly AfterDone[] = canSleep ? ['nothing', 'sleep', 'quit'] : ['nothing', 'quit']
  return (
    <section className="settings-group" aria-label={t('settings.computer')}>
      <h3>{t('settings.computer')}</h3>
      <SettingSwitch
        label={t('settings.keepAwake')}
        isOn={keepAwake}
        onChange={(on) => setPreferences({ keepAwake: on })}
      />
      <SettingChoice
        label={t('settings.afterDone')}
        value={afterDone}
        options={choices.map((choice) => [choice, t(`settings.then.${choice}`)] as const)}
        hint={t(keepAfterDone ? 'settings.afterDoneKept' : 'settings.afterDoneHint')}
        onChange={(chosen) => setPreferences({ afterDone: chosen })}
      />
      {afterDone !== 'nothing' && (
        <SettingSwitch
          label={t('settings.keepAfterDone')}
          isOn={keepAfterDone}
          onChange={(on) => setPreferences({ keepAfterDone: on })}
        />
      )}
    </section>
  )
}
