import type * as Electron from 'electron'
import { browser } from '../browser/browser.ts'
import { record } from '../program/calls.ts'
import { strict, strictEmitter } from '../program/unimplemented.ts'
import { netFetch } from './net.ts'
import { protocol } from './protocol.ts'

/** What a page may do without a permission: copy text after a click, which Electron allows as well. */
const HARMLESS = ['clipboardSanitizedWrite']

type Implemented = Pick<
  Electron.Session,
  | 'clearCache'
  | 'fetch'
  | 'setDevicePermissionHandler'
  | 'setPermissionCheckHandler'
  | 'setPermissionRequestHandler'
  | 'setSpellCheckerEnabled'
>

/**
 * The host refuses every permission, because Chromium's protocol cannot ask about one. Handlers are recorded and never
 * called; an app that would grant something finds it refused.
 */
class Session extends strictEmitter('session') implements Implemented {
  readonly protocol = protocol
  fetch = netFetch

  setPermissionRequestHandler(handler: unknown): void {
    record('session.setPermissionRequestHandler', handler)
  }
  setPermissionCheckHandler(handler: unknown): void {
    record('session.setPermissionCheckHandler', handler)
  }
  setDevicePermissionHandler(handler: unknown): void {
    record('session.setDevicePermissionHandler', handler)
  }
  setSpellCheckerEnabled(enable: boolean): void {
    record('session.setSpellCheckerEnabled', enable)
  }
  async clearCache(): Promise<void> {
    record('session.clearCache')
  }
}

/** Tells Chromium to refuse permissions instead of asking the person about them. */
export async function refusePermissions(): Promise<void> {
  await browser().cdp.send('Browser.grantPermissions', { permissions: HARMLESS })
}

export const defaultSession = new Session()

/** `electron.session`; there is one session only. */
export const session = strict('session', { defaultSession })
