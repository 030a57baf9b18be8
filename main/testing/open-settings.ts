import { openSettings, type SettingsDeps } from '../settings/settings.ts'
import { openConf } from './open-store.ts'

/** The settings as the app opens them on Linux, in a folder of the test. */
export function openSettingsIn(directory: string, more: Partial<SettingsDeps> = {}) {
  return openSettings({
    directory,
    openStore: openConf,
    writtenBy: '0.1.0',
    notify: () => undefined,
    onReceiver: () => undefined,
    defaultReceivingFolder: '/in',
    platform: 'linux',
    ...more,
  })
}
