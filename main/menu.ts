import { app, Menu, type MenuItemConstructorOptions } from 'electron'
import type { DesktopWords } from './desktop-words.ts'

export type MenuActions = {
  readonly addFiles: () => void
  readonly addFolder: () => void
  readonly pauseAll: () => void
  readonly resumeAll: () => void
  /** Opens what stands over the window. */
  readonly openSheet: (sheet: 'settings' | 'history') => void
}

/** Sets the application's menu, with the usual places and shortcuts of the system. */
export function setMenu(
  { addFiles, addFolder, pauseAll, resumeAll, openSheet }: MenuActions,
  words: DesktopWords,
): void {
  const isMac = process.platform === 'darwin'
  const quit: MenuItemConstructorOptions = {
    id: 'quit',
    label: words.quit,
    accelerator: 'CmdOrCtrl+Q',
    click: () => app.quit(),
  }
  const file: MenuItemConstructorOptions[] = [
    { id: 'add-files', label: words.addFiles, accelerator: 'CmdOrCtrl+O', click: addFiles },
    { id: 'add-folder', label: words.addFolder, accelerator: 'CmdOrCtrl+Shift+O', click: addFolder },
    { type: 'separator' },
    { id: 'settings', label: words.settings, accelerator: 'CmdOrCtrl+,', click: () => openSheet('settings') },
    { type: 'separator' },
    { role: 'close' },
    ...(isMac ? [] : [quit]),
  ]
  const uploads: MenuItemConstructorOptions[] = [
    { id: 'pause-all', label: words.pauseAll, accelerator: 'CmdOrCtrl+Shift+P', click: pauseAll },
    { id: 'resume-all', label: words.resumeAll, accelerator: 'CmdOrCtrl+Shift+R', click: resumeAll },
    { type: 'separator' },
    { id: 'history', label: words.history, accelerator: 'CmdOrCtrl+Y', click: () => openSheet('history') },
  ]
  // Reloading and the inspector are for those who build the app.
  const building: MenuItemConstructorOptions[] = [{ role: 'reload' }, { role: 'toggleDevTools' }, { type: 'separator' }]
  const view: MenuItemConstructorOptions[] = [
    ...(app.isPackaged ? [] : building),
    { role: 'resetZoom' },
    { role: 'zoomIn' },
    { role: 'zoomOut' },
    { type: 'separator' },
    { role: 'togglefullscreen' },
  ]
  Menu.setApplicationMenu(
    Menu.buildFromTemplate([
      ...(isMac ? [{ role: 'appMenu' } satisfies MenuItemConstructorOptions] : []),
      { label: words.file, submenu: file },
      { role: 'editMenu' },
      { label: words.uploads, submenu: uploads },
      { label: words.view, submenu: view },
      { role: 'windowMenu' },
      { role: 'help', submenu: [{ role: 'about' }] },
    ]),
  )
}
