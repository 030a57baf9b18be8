import type { Additions } from './adding/additions.ts'
import type { AddReport, AppSnapshot, Commands } from './contract/contract.ts'
import type { Ending } from './contract/preferences.ts'
import { type FoundReceiver, type ReceiverId, THIS_COMPUTER } from './contract/receivers.ts'
import type { Engine } from './engine/engine.ts'
import type { History } from './history/history.ts'
import { createHistoryCommands } from './history/history-commands.ts'
import { inEnglish, type NoticeWords } from './notices/notice-words.ts'
import type { Notices } from './notices/notices.ts'
import type { ReceiverProcess } from './own-receiver/receiver-process.ts'
import { createReceiverCommands, type ReceiverCommandsDeps } from './receivers/receiver-commands.ts'
import { retryWaiting } from './receivers/receiver-watch.ts'
import { isKnown } from './receivers/receivers.ts'
import { createPreferenceCommands, type PreferenceCommandsDeps, preferencesOf } from './settings/preference-commands.ts'
import type { SettingsStore } from './settings/settings.ts'

/** The system's dialogs. Each resolves with absolute paths when it is closed, with none when it was cancelled. */
export type Dialogs = {
  chooseFiles(): Promise<readonly string[]>
  chooseFolders(): Promise<readonly string[]>
  chooseReceivingFolder(current: string): Promise<string | undefined>
  /** For a file to write; undefined when it was cancelled. */
  chooseWhereToSave(proposedName: string): Promise<string | undefined>
}

/** The system's file manager. */
export type FileManager = {
  /** Opens the folder that holds a file, with the file selected. */
  reveal(path: string): void
  /** Opens a folder, making it first. Rejects with a sentence when that fails. */
  open(folder: string): Promise<void>
}

export type CommandsDeps = Pick<ReceiverCommandsDeps, 'receivers' | 'probe' | 'pair' | 'deviceName'> & {
  readonly discover: PreferenceCommandsDeps['discover']
  readonly onPreferences: PreferenceCommandsDeps['onChange']
  readonly applyPreferences: PreferenceCommandsDeps['apply']
  readonly loginItem: PreferenceCommandsDeps['loginItem']
  readonly canSleep: boolean
  /** What is about to happen because nothing is left to send. */
  readonly ending: () => Ending | undefined
  readonly callOff: () => void
  readonly history: History
  readonly additions: Additions
  readonly engine: Engine
  readonly settings: SettingsStore
  readonly receiverProcess: ReceiverProcess
  /** The receivers found on the local networks, now. */
  readonly foundReceivers: () => readonly FoundReceiver[]
  readonly notices: Notices
  /** @default in English */
  readonly words?: () => NoticeWords
  readonly dialogs: Dialogs
  readonly fileManager: FileManager
  /** A link that was opened outside the window and not shown yet; asking takes it. */
  readonly takeOpenedLink: () => string | undefined
  /** What is to stand over the window and does not yet; asking takes it. */
  readonly takeSheet: () => AppSnapshot['sheet']
}

/** Each command as the main process carries it out: like the contract's, but it may take its time. */
export type CommandHandlers = {
  readonly [C in keyof Commands]: (
    ...args: Parameters<Commands[C]>
  ) => ReturnType<Commands[C]> | Promise<ReturnType<Commands[C]>>
}

/** The commands, and the one way in for files that the person named outside the page's reach (dropped, on the command line). */
export type AppCommands = CommandHandlers & { addPaths(paths: readonly string[]): Promise<AddReport> }

/** Builds the commands from the parts of the app. What they refuse, they refuse with a sentence for people. */
export function createCommands(deps: CommandsDeps): AppCommands {
  const { engine, settings, receivers, receiverProcess, foundReceivers, notices, dialogs, fileManager } = deps
  const { takeOpenedLink, loginItem, canSleep, callOff, words = inEnglish } = deps

  function chosenReceiver(): ReceiverId {
    const { receiver } = settings.get()
    if (receiver === undefined || !isKnown(receivers, receiver)) throw new Error(words().noReceiver)
    return receiver
  }

  async function addPaths(paths: readonly string[]): Promise<AddReport> {
    const receiver = chosenReceiver()
    if (paths.length === 0) return { added: 0, skipped: [] }
    return deps.additions.add(receiver, paths)
  }

  async function chooseAndAdd(choose: () => Promise<readonly string[]>): Promise<AddReport> {
    // Asked before the dialog opens: nobody should choose files only to be told that they go nowhere.
    chosenReceiver()
    return addPaths(await choose())
  }

  return {
    addPaths,
    ...createReceiverCommands({
      ...deps,
      choose: (id) => settings.change({ receiver: id }),
      onWelcome: (id) => retryWaiting(engine, id),
    }),
    ...createPreferenceCommands({
      settings,
      loginItem,
      apply: deps.applyPreferences,
      discover: deps.discover,
      onChange: deps.onPreferences,
    }),
    ...createHistoryCommands({
      history: deps.history,
      chooseWhereToSave: (proposedName) => dialogs.chooseWhereToSave(proposedName),
      words,
    }),
    callOff,
    answer: (questionId, answer) => deps.additions.answer(questionId, answer),
    stopLooking: () => deps.additions.stop(),
    snapshot() {
      const { receiver } = settings.get()
      const openedLink = takeOpenedLink()
      const ending = deps.ending()
      const sheet = deps.takeSheet()
      return {
        uploads: engine.list(),
        ...(receiver !== undefined && isKnown(receivers, receiver) && { receiver }),
        ...(openedLink !== undefined && { openedLink }),
        receivers: receivers.list(),
        localReceiver: receiverProcess.state(),
        foundReceivers: foundReceivers(),
        notices: notices.list(),
        preferences: preferencesOf(settings, loginItem),
        canSleep,
        ...(ending !== undefined && { ending }),
        ...(sheet !== undefined && { sheet }),
        ...deps.additions.current(),
      }
    },
    chooseFiles: () => chooseAndAdd(() => dialogs.chooseFiles()),
    chooseFolder: () => chooseAndAdd(() => dialogs.chooseFolders()),
    pause: (ids) => engine.pause(ids),
    resume: (ids) => engine.resume(ids),
    retry: (ids) => engine.retry(ids),
    cancel: (ids) => engine.cancel(ids),
    clear: (ids) => engine.clear(ids),
    move: (ids, before) => engine.move(ids, before),
    reveal(id) {
      const source = engine.sourceOf(id)
      if (source !== undefined) fileManager.reveal(source)
    },
    setReceiver(id) {
      if (!isKnown(receivers, id)) throw new Error(words().receiverForgotten)
      settings.change({ receiver: id })
    },
    renameReceiver: (id, name) => receivers.rename(id, name),
    forgetReceiver(id) {
      receivers.forget(id)
      if (settings.get().receiver === id) settings.change({ receiver: undefined })
    },
    freeBytesOn: (id) => engine.freeBytesOn(id),
    setReceiveHere(on) {
      const { receiver, receivingFolder } = settings.get()
      const becomesReceiver = on && receiver === undefined
      settings.change({ receiveHere: on, ...(becomesReceiver && { receiver: THIS_COMPUTER }) })
      receiverProcess.want({ on, directory: receivingFolder })
    },
    inviteDevice: () => receiverProcess.say({ command: 'invite' }),
    revokeDevice: (id) => receiverProcess.say({ command: 'revoke', id }),
    async chooseReceivingFolder() {
      const folder = await dialogs.chooseReceivingFolder(settings.get().receivingFolder)
      if (folder === undefined) return
      settings.change({ receivingFolder: folder })
      receiverProcess.want({ on: settings.get().receiveHere === true, directory: folder })
    },
    openReceivingFolder: () => fileManager.open(settings.get().receivingFolder),
    dismiss: (noticeId) => notices.dismiss(noticeId),
  }
}
