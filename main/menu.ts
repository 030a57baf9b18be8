import { app, Menu, type MenuItemConstructorOptions } from 'electron'

export type MenuActions = { readonly addFiles: () => void; readonly addFolder: () => void }

/** Sets the application's menu, with the usual places and shortcuts of the system. */
export function setMenu({ addFiles, addFolder }: MenuActions): void {
  const isMac = process.platform === 'darwin'
  const file: MenuItemConstructorOptions[] = [
    { id: 'add-files', label: 'Add files…', accelerator: 'CmdOrCtrl+O', click: addFiles },
    { id: 'add-folder', label: 'Add folder…', accelerator: 'CmdOrCtrl+Shift+O', click: addFolder },
    { type: 'separator' },
    { role: isMac ? 'close' : 'quit' },
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
      { label: 'File', submenu: file },
      { role: 'editMenu' },
      { label: 'View', submenu: view },
      { role: 'windowMenu' },
      { role: 'help', submenu: [{ role: 'about' }] },
    ]),
  )
}
