import { existsSync, mkdirSync } from 'node:fs'
import { join, parse } from 'node:path'
import type * as Electron from 'electron'
import { app } from '../browser/app.ts'
import { record } from '../program/calls.ts'
import { launch } from '../program/launch.ts'
import { strict } from '../program/unimplemented.ts'
import { BrowserWindow } from './browser-window.ts'
import { chooseFiles } from './file-chooser.ts'

type OpenArguments = [Electron.OpenDialogOptions] | [Electron.BaseWindow, Electron.OpenDialogOptions]
type SaveArguments = [Electron.SaveDialogOptions] | [Electron.BaseWindow, Electron.SaveDialogOptions]
type MessageArguments = [Electron.MessageBoxOptions] | [Electron.BaseWindow, Electron.MessageBoxOptions]

/**
 * `electron.dialog`. An open dialog is Chromium's own file chooser. Chromium has no dialog for saving, so files go to
 * the downloads folder, under a free name, and nowhere when headless. Message boxes are written to stderr and answered
 * with their cancel button, because nobody sees them. All calls are recorded, and tests may replace each function.
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
  async showSaveDialog(...args: SaveArguments): Promise<Electron.SaveDialogReturnValue> {
    const options = args.at(-1) as Electron.SaveDialogOptions
    record('dialog.showSaveDialog', options)
    if (launch.headless) return { canceled: true, filePath: '' }
    return { canceled: false, filePath: freePath(app.getPath('downloads'), options.defaultPath ?? 'untitled') }
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
} satisfies Pick<Electron.Dialog, 'showOpenDialog' | 'showSaveDialog' | 'showMessageBox' | 'showErrorBox'>)

/** Where the proposed name is free in a folder. */
function freePath(folder: string, proposed: string): string {
  const { name, ext } = parse(proposed)
  mkdirSync(folder, { recursive: true })
  for (let n = 1; ; n++) {
    const path = join(folder, `${name}${n === 1 ? '' : ` (${n})`}${ext}`)
    if (!existsSync(path)) return path
  }
}
