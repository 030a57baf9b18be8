import { app, Menu, type MenuItemConstructorOptions } from 'electron'
import type { DesktopWords } from '../notices/desktop-words.ts'

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
  /** What macOS expects under the name of the app; by its role alone all of it would be English. */
  const own: MenuItemConstructorOptions[] = [
    { role: 'about', label: words.about },
    { type: 'separator' },
    { role: 'services', label: words.services },
    { type: 'separator' },
    { role: 'hide', label: words.hide },
    { role: 'hideOthers', label: words.hideOthers },
    { role: 'unhide', label: words.showAll },
    { type: 'separator' },
    { role: 'quit', label: words.quit },
  ]
  const file: MenuItemConstructorOptions[] = [
    { id: 'add-files', label: words.addFiles, accelerator: 'CmdOrCtrl+O', click: addFiles },
    { id: 'add-folder', label: words.addFolder, accelerator: 'CmdOrCtrl+Shift+O', click: addFolder },
    { type: 'separator' },
    { id: 'settings', label: words.settings, accelerator: 'CmdOrCtrl+,', click: () => openSheet('settings') },
    { type: 'separator' },
    isMac ? { role: 'close', label: words.close } : quit,
  ]
  const edit: MenuItemConstructorOptions[] = [
    { role: 'undo', label: words.undo },
    { role: 'redo', label: words.redo },
    { type: 'separator' },
    { role: 'cut', label: words.cut },
    { role: 'copy', label: words.copy },
    { role: 'paste', label: words.paste },
    { role: 'selectAll', label: words.selectAll },
  ]
  const windows: MenuItemConstructorOptions[] = [
    { role: 'minimize', label: words.minimize },
    { role: 'close', label: words.close },
  ]
  const uploads: MenuItemConstructorOptions[] = [
    { id: 'pause-all', label: words.pauseAll, accelerator: 'CmdOrCtrl+Shift+P', click: pauseAll },
    { id: 'resume-all', label: words.resumeAll, accelerator: 'CmdOrCtrl+Shift+R', click: resumeAll },
    { type: 'separator' },
    { id: 'history', label: words.history, accelerator: 'CmdOrCtrl+Shift+H', click: () => openSheet('history') },
  ]
  // Reloading and the inspector are for those who build the app.
  const building: MenuItemConstructorOptions[] = [{ role: 'reload' }, { role: 'toggleDevTools' }, { type: 'separator' }]
  const view: MenuItemConstructorOptions[] = [
    ...(app.isPackaged ? [] : building),
    { role: 'resetZoom', label: words.resetZoom },
    { role: 'zoomIn', label: words.zoomIn },
    { role: 'zoomOut', label: words.zoomOut },
    { type: 'separator' },
    { role: 'togglefullscreen', label: words.fullScreen },
  ]
  Menu.setApplicationMenu(
    Menu.buildFromTemplate([
      ...(isMac ? [{ label: app.name, submenu: own }] : []),
      { label: words.file, submenu: file },
      { label: words.edit, submenu: edit },
      { label: words.uploads, submenu: uploads },
      { label: words.view, submenu: view },
      { role: 'window', label: words.window, submenu: windows },
      { role: 'help', label: words.help, submenu: [{ role: 'about', label: words.about }] },
    ]),
  )
}
