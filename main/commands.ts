import type { Additions } from './adding/additions.ts'
import type { AppSnapshot } from './contract/contract.ts'
import type { Ending } from './contract/preferences.ts'
import { type FoundReceiver, THIS_COMPUTER } from './contract/receivers.ts'
import type { Dialogs } from './desktop/dialogs.ts'
import type { FileManager } from './desktop/file-manager.ts'
import type { Engine } from './engine/engine.ts'
import type { History } from './history/history.ts'
import { createHistoryCommands } from './history/history-commands.ts'
import type { AppCommands } from './ipc/ipc.ts'
import { inEnglish, type NoticeWords } from './notices/notice-words.ts'
import type { Notices } from './notices/notices.ts'
import type { ReceiverProcess } from './own-receiver/receiver-process.ts'
import { createReceiverCommands, type ReceiverCommandsDeps } from './receivers/receiver-commands.ts'
import { retryWaiting } from './receivers/receiver-watch.ts'
import { isKnown } from './receivers/receivers.ts'
import type { PreferenceCommands } from './settings/preference-commands.ts'
import type { SettingsStore } from './settings/settings.ts'

export type CommandsDeps = Pick<ReceiverCommandsDeps, 'receivers' | 'probe' | 'pair' | 'deviceName'> & {
  readonly canSleep: boolean
  /** What is about to happen because nothing is left to send. */
  readonly ending: () => Ending | undefined
  readonly callOff: () => void
  readonly history: History
  readonly additions: Additions
  readonly preferences: Pick<PreferenceCommands, 'current' | 'commands'>
  readonly engine: Engine
  readonly settings: SettingsStore
  readonly receiverProcess: ReceiverProcess
  /** The receivers found on the local networks, now. */
  readonly foundReceivers: () => readonly FoundReceiver[]
  readonly notices: Notices
  /** @default in English */
  readonly words?: () => NoticeWords
  readonly dialogs: Pick<Dialogs, 'chooseReceivingFolder' | 'chooseWhereToSave'>
  readonly fileManager: FileManager
  /** A link that was opened outside the window and not shown yet; asking takes it. */
  readonly takeOpenedLink: () => string | undefined
  /** What is to stand over the window and does not yet; asking takes it. */
  readonly takeSheet: () => AppSnapshot['sheet']
}

/** Builds the commands from the parts of the app. What they refuse, they refuse with a sentence for people. */
export function createCommands(deps: CommandsDeps): AppCommands {
  const { engine, settings, receivers, receiverProcess, foundReceivers, notices, dialogs, fileManager } = deps
  const { preferences, takeOpenedLink, canSleep, callOff, words = inEnglish } = deps

  return {
    ...deps.additions.commands,
    ...preferences.commands,
    ...createReceiverCommands({
      ...deps,
      choose: (id) => settings.change({ receiver: id }),
      onWelcome: (id) => retryWaiting(engine, id),
    }),
    ...createHistoryCommands({
      history: deps.history,
      chooseWhereToSave: (proposedName) => dialogs.chooseWhereToSave(proposedName),
      words,
    }),
    callOff,
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
        preferences: preferences.current(),
        canSleep,
        ...(ending !== undefined && { ending }),
        ...(sheet !== undefined && { sheet }),
        ...deps.additions.current(),
      }
    },
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
