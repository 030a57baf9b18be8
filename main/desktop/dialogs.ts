import { dirname, join } from 'node:path'
import { type BrowserWindow, dialog, type OpenDialogOptions } from 'electron'
import type { DesktopWords } from '../notices/desktop-words.ts'
import type { SettingsStore } from '../settings/settings.ts'

/** The system's dialogs. Each resolves with absolute paths when it is closed, with none when it was cancelled. */
export type Dialogs = {
  chooseFiles(): Promise<readonly string[]>
  chooseFolders(): Promise<readonly string[]>
  chooseReceivingFolder(current: string): Promise<string | undefined>
  /** For a file to write; undefined when it was cancelled. */
  chooseWhereToSave(proposedName: string): Promise<string | undefined>
}

/** The system's dialogs over the app's window. They open where the last one was left, as the system forgets it. */
export function createDialogs(
  window: () => BrowserWindow | undefined,
  settings: Pick<SettingsStore, 'get' | 'change'>,
  words: () => DesktopWords,
): Dialogs {
  async function open(options: OpenDialogOptions): Promise<readonly string[]> {
    const owner = window()
    const { canceled, filePaths } = owner
      ? await dialog.showOpenDialog(owner, options)
      : await dialog.showOpenDialog(options)
    return canceled ? [] : filePaths
  }

  async function chooseToSend(title: string, kind: 'openFile' | 'openDirectory'): Promise<readonly string[]> {
    const { lastFolder } = settings.get()
    const paths = await open({
      title,
      properties: [kind, 'multiSelections'],
      ...(lastFolder !== undefined && { defaultPath: lastFolder }),
    })
    const [first] = paths
    if (first !== undefined) settings.change({ lastFolder: dirname(first) })
    return paths
  }

  return {
    chooseFiles: () => chooseToSend(words().filesToAdd, 'openFile'),
    chooseFolders: () => chooseToSend(words().foldersToAdd, 'openDirectory'),
    async chooseReceivingFolder(current) {
      const [folder] = await open({
        title: words().receivingFolder,
        defaultPath: current,
        properties: ['openDirectory', 'createDirectory'],
      })
      return folder
    },
    async chooseWhereToSave(proposedName) {
      const owner = window()
      const { lastFolder } = settings.get()
      const options = { defaultPath: lastFolder === undefined ? proposedName : join(lastFolder, proposedName) }
      const { canceled, filePath } = owner
        ? await dialog.showSaveDialog(owner, options)
        : await dialog.showSaveDialog(options)
      return canceled || filePath === '' ? undefined : filePath
    },
  }
}
