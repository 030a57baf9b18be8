import { app } from 'electron'
import type { NoticeWords } from '../notices/notice-words.ts'
import { HIDDEN_SWITCH } from './launch-arguments.ts'

/** Whether the app starts when the person logs in. */
export type LoginItem = {
  /** As the system has it, where the person may have changed it; undefined where an app cannot decide that. */
  isOn(): boolean | undefined
  set(on: boolean): void
}

/** Windows tells programs apart by their arguments, too. */
const how = { args: [HIDDEN_SWITCH] }

/**
 * Electron knows a way on Windows and macOS; and what is not packaged is a folder of somebody who builds it, which
 * nobody wants started.
 */
export function loginItem(platform: NodeJS.Platform, isPackaged: boolean, words: () => NoticeWords): LoginItem {
  const isSupported = isPackaged && (platform === 'win32' || platform === 'darwin')
  return {
    isOn: () => (isSupported ? app.getLoginItemSettings(how).openAtLogin : undefined),
    set(on) {
      if (!isSupported) throw new Error(words().loginItemUnknown)
      app.setLoginItemSettings({ openAtLogin: on, ...how })
    },
  }
}
