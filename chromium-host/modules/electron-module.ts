import type * as Common from 'electron/common'
import type * as Main from 'electron/main'
import { app } from '../browser/app.ts'
import { ipcMain } from '../page/ipc-main.ts'
import { nativeTheme } from '../page/native-theme.ts'
import { net } from '../page/net.ts'
import { protocol } from '../page/protocol.ts'
import { session } from '../page/session.ts'
import { calls } from '../program/calls.ts'
import { unimplemented } from '../program/unimplemented.ts'
import { BrowserWindow, webContents } from './browser-window.ts'
import { clipboard } from './clipboard.ts'
import { dialog } from './dialog.ts'
import { Menu, MenuItem } from './menu.ts'
import { nativeImage } from './native-image.ts'
import { Notification } from './notification.ts'
import { powerMonitor, powerSaveBlocker } from './power.ts'
import { safeStorage } from './safe-storage.ts'
import { screen } from './screen.ts'
import { shell } from './shell.ts'
import { Tray } from './tray.ts'
import { utilityProcess } from './utility-process.ts'

/** Everything a main process can import from electron. */
type Name = keyof typeof Main | keyof typeof Common

const implemented = {
  app,
  BrowserWindow,
  clipboard,
  dialog,
  ipcMain,
  Menu,
  MenuItem,
  nativeImage,
  nativeTheme,
  net,
  Notification,
  powerMonitor,
  powerSaveBlocker,
  protocol,
  safeStorage,
  screen,
  session,
  shell,
  Tray,
  utilityProcess,
  webContents,
} satisfies Partial<Record<Name, unknown>>

/** The rest, by name, so that importing it works and using it throws; the compiler keeps the list complete. */
const absent = Object.keys({
  BaseWindow: true,
  BrowserView: true,
  ClipboardItem: true,
  ImageView: true,
  IpcMainServiceWorker: true,
  MessageChannelMain: true,
  ShareMenu: true,
  TouchBar: true,
  View: true,
  WebContentsView: true,
  WebSocket: true,
  autoUpdater: true,
  contentTracing: true,
  crashReporter: true,
  desktopCapturer: true,
  globalShortcut: true,
  inAppPurchase: true,
  netLog: true,
  pushNotifications: true,
  sharedTexture: true,
  systemPreferences: true,
  webFrameMain: true,
} satisfies Record<Exclude<Name, keyof typeof implemented>, true>)

/** What `import 'electron'` and `require('electron')` give an app in this host. `__host.calls` is for tests. */
export const electron: Readonly<Record<string, unknown>> = {
  ...implemented,
  ...Object.fromEntries(absent.map((name) => [name, unimplemented(name)])),
  __host: { calls },
}
