import type { Commands } from '../contract/contract.ts'
import type { Preferences } from '../contract/preferences.ts'
import type { LoginItem } from '../startup/login-item.ts'
import type { SettingsStore } from './settings.ts'

export type PreferenceCommandsDeps = {
  readonly settings: SettingsStore
  readonly loginItem: LoginItem
  /** Begins or ends to look for receivers. */
  readonly discover: (on: boolean) => void
}

export type PreferenceCommands = ReturnType<typeof createPreferenceCommands>

/** How files are sent and how the app behaves, as the person decides it; each decision holds at once and is kept. */
export function createPreferenceCommands({ settings, loginItem, discover }: PreferenceCommandsDeps) {
  const listeners = new Set<(preferences: Preferences) => void>()
  const current = (): Preferences => preferencesOf(settings, loginItem)
  const decide = (change: Parameters<SettingsStore['change']>[0]): void => {
    settings.change(change)
    for (const listener of listeners) listener(current())
  }
  return {
    current,
    /**
     * Tells the preferences after each decision, so that it is made to hold: the limit, the theme, the tray and the
     * rest.
     */
    onDecided: (listener: (preferences: Preferences) => void) => void listeners.add(listener),
    commands: {
      limitRate: (bytesPerSecond) => decide({ bytesPerSecond }),
      setTimetable: (timetable) => decide({ timetable }),
      setConflictPolicy: (onConflict) => decide({ onConflict }),
      setDiscovery(discovery) {
        discover(discovery)
        decide({ discovery })
      },
      setPreferences: decide,
      setStartAtLogin(on) {
        loginItem.set(on)
        decide({})
      },
    } satisfies Partial<Commands>,
  }
}

export function preferencesOf(settings: Pick<SettingsStore, 'get'>, loginItem: Pick<LoginItem, 'isOn'>): Preferences {
  const { filesAtOnce, digest, theme, language, notifications, keepAwake, tray, afterDone, keepAfterDone, ...rest } =
    settings.get()
  const { onConflict, discovery, bytesPerSecond, timetable } = rest
  const startAtLogin = loginItem.isOn()
  return {
    ...{
      filesAtOnce,
      digest,
      theme,
      language,
      notifications,
      keepAwake,
      tray,
      afterDone,
      keepAfterDone,
      onConflict,
      discovery,
    },
    ...(bytesPerSecond !== undefined && { bytesPerSecond }),
    ...(timetable !== undefined && { timetable }),
    ...(startAtLogin !== undefined && { startAtLogin }),
  }
}
