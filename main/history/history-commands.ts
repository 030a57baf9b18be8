import { writeFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Commands } from '../contract/contract.ts'
import type { ReceiptFormat } from '../contract/history.ts'
import { FileTrouble } from '../notices/file-trouble.ts'
import type { NoticeWords } from '../notices/notice-words.ts'
import type { History } from './history.ts'
import { exported } from './receipt-export.ts'

export type HistoryCommandsDeps = {
  readonly history: History
  /**
   * Opens the system's dialog for a file to write. Resolves with its absolute path, undefined when it was cancelled.
   */
  readonly chooseWhereToSave: (proposedName: string) => Promise<string | undefined>
  readonly words: () => NoticeWords
}

const proposedNames: Readonly<Record<ReceiptFormat, string>> = {
  csv: 'longshore-history.csv',
  json: 'longshore-history.json',
  md5sum: 'longshore.md5',
  xxhsum: 'longshore.xxh128',
  sha256sum: 'longshore.sha256',
}

/** What the person does with the history. Only a dialog says where a file is written. */
export function createHistoryCommands({ history, chooseWhereToSave, words }: HistoryCommandsDeps) {
  return {
    listHistory: (search) => history.list(search),
    async exportHistory(format, search) {
      const path = await chooseWhereToSave(proposedNames[format])
      if (path === undefined) return undefined
      const receipts = await history.all(search)
      try {
        await writeFile(path, exported(receipts, format))
      } catch (cause) {
        throw new Error(words().fileNotWritten(new FileTrouble(dirname(path), { cause })), { cause })
      }
      return receipts.length
    },
    clearHistory: () => history.clear(),
  } satisfies {
    readonly [C in 'listHistory' | 'exportHistory' | 'clearHistory']: (
      ...args: Parameters<Commands[C]>
    ) => Promise<ReturnType<Commands[C]>>
  }
}
