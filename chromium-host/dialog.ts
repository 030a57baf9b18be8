import type * as Electron from 'electron'
import { BrowserWindow } from './browser-window.ts'
import { record } from './calls.ts'
import { chooseFiles } from './file-chooser.ts'
import { strict } from './unimplemented.ts'

type OpenArguments = [Electron.OpenDialogOptions] | [Electron.BaseWindow, Electron.OpenDialogOptions]
type MessageArguments = [Electron.MessageBoxOptions] | [Electron.BaseWindow, Electron.MessageBoxOptions]

/**
 * `electron.dialog`. Open dialogs are Chromium's own file chooser; message boxes are written to stderr and answered with
 * their cancel button, because nobody sees them. All are recorded, and tests may replace any of them.
 */
export const dialog = strict('dialog', {
  async showOpenDialog(...args: OpenArguments): Promise<Electron.OpenDialogReturnValue> {
    const options = args.at(-1) as Electron.OpenDialogOptions
    record('dialog.showOpenDialog', options)
    const window = args.length === 2 ? args[0] : BrowserWindow.getFocusedWindow()
    if (!(window instanceof BrowserWindow)) return { canceled: true, filePaths: [] }
    const filePaths = await chooseFiles(await window.webContents.opened, options.properties ?? [])
    return { canceled: filePaths.length === 0, filePaths: [...filePaths] }
  },
  async showMessageBox(...args: MessageArguments): Promise<Electron.MessageBoxReturnValue> {
    const options = args.at(-1) as Electron.MessageBoxOptions
    record('dialog.showMessageBox', options)
    console.error([options.message, options.detail].filter(Boolean).join('\n'))
    return { response: options.cancelId ?? options.defaultId ?? 0, checkboxChecked: false }
  },
  showErrorBox(title: string, content: string): void {
    record('dialog.showErrorBox', title, content)
    console.error(`${title}: ${content}`)
  },
} satisfies Pick<Electron.Dialog, 'showOpenDialog' | 'showMessageBox' | 'showErrorBox'>)
