import { mkdir } from 'node:fs/promises'
import { shell } from 'electron'
import type { NoticeWords } from '../notices/notice-words.ts'

/** The system's file manager. */
export type FileManager = {
  /** Opens the folder that holds a file, with the file selected. */
  reveal(path: string): void
  /** Opens a folder, making it first. Rejects with a sentence when that fails. */
  open(folder: string): Promise<void>
}

/** The system's file manager. Only paths that the main process itself keeps are ever given to it. */
export function createFileManager(words: () => NoticeWords): FileManager {
  return {
    reveal: (path) => shell.showItemInFolder(path),
    async open(folder) {
      await mkdir(folder, { recursive: true })
      const problem = await shell.openPath(folder)
      if (problem !== '') throw new Error(words().folderNotOpened(problem))
    },
  }
}
