import type { LanguageChoice, Preferences, Theme } from '../../main/contract/preferences.ts'
import { useActions } from '../actions/window-context.ts'
import { SettingChoice } from '../ui/setting-choice.tsx'
import { useText } from '../words/text.ts'

const themes = ['system', 'light', 'dark'] as const satisfies readonly Theme[]

/** How the window looks, and what it speaks. */
export function SettingsLook({ preferences }: { readonly preferences: Preferences }) {
  const { t } = useText()
  const { setPreferences } = useActions()
  // Each language in its own words, so that whoever cannot read the others finds it.
  const languages: readonly (readonly [LanguageChoice, string])[] = [
    ['system', t('settings.looks.system')],
    ['en', 'English'],
    ['zh-CN', '中文'],
  ]
  return (
    <section className="settings-group" aria-label={t('settings.look')}>
      <h3>{t('settings.look')}</h3>
      <SettingChoice
        label={t('settings.theme')}
        value={preferences.theme}
        options={themes.map((theme) => [theme, t(`settings.looks.${theme}`)] as const)}
        onChange={(theme) => setPreferences({ theme })}
      />
      <SettingChoice
        label={t('settings.language')}
        value={preferences.language}
        options={languages}
        onChange={(language) => setPreferences({ language })}
      />
    </section>
  )
}
