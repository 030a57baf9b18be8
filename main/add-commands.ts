import type { Additions } from './adding/additions.ts'
import type { AddReport, Commands } from './contract/contract.ts'
import type { ReceiverId } from './contract/receivers.ts'
import type { Dialogs } from './desktop/dialogs.ts'
import type { NoticeWords } from './notices/notice-words.ts'
import { isKnown, type Receivers } from './receivers/receivers.ts'
import type { SettingsStore } from './settings/settings.ts'

export type AddCommandsDeps = {
  readonly additions: Pick<Additions, 'add'>
  readonly settings: Pick<SettingsStore, 'get'>
  readonly receivers: Pick<Receivers, 'list'>
  readonly dialogs: Pick<Dialogs, 'chooseFiles' | 'chooseFolders'>
  readonly words: () => NoticeWords
}

/** Adds files that the person named, for the receiver that is chosen. */
export type AddCommands = {
  readonly [C in 'chooseFiles' | 'chooseFolder']: () => Promise<ReturnType<Commands[C]>>
} & {
  /** The way in for files that were named outside the page's reach: dropped, on the command line. */
  addPaths(paths: readonly string[]): Promise<AddReport>
}

export function createAddCommands({ additions, settings, receivers, dialogs, words }: AddCommandsDeps): AddCommands {
  function chosenReceiver(): ReceiverId {
    const { receiver } = settings.get()
    if (receiver === undefined || !isKnown(receivers, receiver)) throw new Error(words().noReceiver)
    return receiver
  }

  async function addPaths(paths: readonly string[]): Promise<AddReport> {
    const receiver = chosenReceiver()
    if (paths.length === 0) return { added: 0, skipped: [] }
    return additions.add(receiver, paths)
  }

  async function chooseAndAdd(choose: () => Promise<readonly string[]>): Promise<AddReport> {
    // Asked before the dialog opens: nobody should choose files only to be told that they go nowhere.
    chosenReceiver()
    return addPaths(await choose())
  }

  return {
    addPaths,
    chooseFiles: () => chooseAndAdd(() => dialogs.chooseFiles()),
    chooseFolder: () => chooseAndAdd(() => dialogs.chooseFolders()),
  }
}
