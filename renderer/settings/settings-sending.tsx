import {
  type ConflictChoice,
  type DigestChoice,
  MOST_FILES_AT_ONCE,
  type Preferences,
} from '../../main/contract/preferences.ts'
import { useActions } from '../actions/window-context.ts'
import { SettingChoice } from '../ui/setting-choice.tsx'
import { SettingSwitch } from '../ui/setting-switch.tsx'
import { useText } from '../words/text.ts'
import { RateField } from './rate-field.tsx'
import { TimetableField } from './timetable-field.tsx'

const choices = ['ask', 'keep-both', 'overwrite', 'skip-same', 'refuse'] as const satisfies readonly ConflictChoice[]

const digests = ['receiver', 'md5', 'xxh128', 'sha256'] as const satisfies readonly DigestChoice[]

const counts = Array.from({ length: MOST_FILES_AT_ONCE }, (_, index) => String(index + 1))

/** How fast files go, what becomes of names that are taken, and what tells that files arrived whole. */
export function SettingsSending({ preferences }: { readonly preferences: Preferences }) {
  const { t } = useText()
  const { setPreferences, limitRate, setConflictPolicy, setDiscovery } = useActions()
  return (
    <section className="settings-group" aria-label={t('settings.sending')}>
      <h3>{t('settings.sending')}</h3>
      <RateField
        label={t('settings.rate')}
        hint={t('settings.rateHint')}
        testId="rate-limit"
        bytesPerSecond={preferences.bytesPerSecond}
        onChange={limitRate}
        isFirst
      />
      <TimetableField timetable={preferences.timetable} />
      <SettingChoice
        label={t('settings.filesAtOnce')}
        value={String(preferences.filesAtOnce)}
        options={counts.map((count) => [count, count] as const)}
        hint={t('settings.filesAtOnceHint')}
        onChange={(count) => setPreferences({ filesAtOnce: Number(count) })}
      />
      <SettingChoice
        label={t('settings.conflict')}
        value={preferences.onConflict}
        options={choices.map((choice) => [choice, t(`settings.${choice}`)] as const)}
        hint={t('settings.conflictHint')}
        onChange={setConflictPolicy}
      />
      <SettingChoice
        label={t('settings.digest')}
        value={preferences.digest}
        options={digests.map((digest) => [digest, t(`settings.digests.${digest}`)] as const)}
        hint={t('settings.digestHint')}
        onChange={(digest) => setPreferences({ digest })}
      />
      <SettingSwitch label={t('settings.discovery')} isOn={preferences.discovery} onChange={setDiscovery} />
    </section>
  )
}
