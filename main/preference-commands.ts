import type { Commands, Preferences } from './contract.ts'
import type { SettingsStore } from './settings.ts'

export type PreferenceCommandsDeps = {
  readonly settings: SettingsStore
  /** Limits what is sent from now on, bytes per second; undefined: not at all. */
  readonly limitRate: (bytesPerSecond: number | undefined) => void
  /** Begins or ends to look for receivers. */
  readonly discover: (on: boolean) => void
  /** Told the preferences after each change. */
  readonly onChange: (preferences: Preferences) => void
}

/** How files are sent, as the person decides it; each decision holds at once and is kept. */
export function createPreferenceCommands({ settings, limitRate, discover, onChange }: PreferenceCommandsDeps) {
  const tell = (): void => onChange(preferencesOf(settings))
  return {
    limitRate(bytesPerSecond) {
      limitRate(bytesPerSecond)
      settings.change({ bytesPerSecond })
      tell()
    },
    setConflictPolicy(onConflict) {
      settings.change({ onConflict })
      tell()
    },
    setDiscovery(discovery) {
      discover(discovery)
      settings.change({ discovery })
      tell()
    },
  } satisfies Partial<Commands>
}

export function preferencesOf(settings: Pick<SettingsStore, 'get'>): Preferences {
  const { bytesPerSecond, onConflict, discovery } = settings.get()
  return { onConflict, discovery, ...(bytesPerSecond !== undefined && { bytesPerSecond }) }
}
