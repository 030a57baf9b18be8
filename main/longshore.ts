import { hostname } from 'node:os'
import { join } from 'node:path'
import { app, safeStorage } from 'electron'
import ElectronStore from 'electron-store'
import { createAdditions } from './adding/additions.ts'
import { createCommands } from './commands.ts'
import type { Events } from './contract/contract.ts'
import { type ReceiverId, THIS_COMPUTER } from './contract/receivers.ts'
import { openDesktop } from './desktop/desktop.ts'
import { createDialogs } from './desktop/dialogs.ts'
import { createFileManager } from './desktop/file-manager.ts'
import { canSleep, heedSleep } from './desktop/power.ts'
import { createSwitchedDiscovery } from './discovery/switched-discovery.ts'
import { createEngine } from './engine/engine.ts'
import { pair } from './engine/net/pair.ts'
import { probe } from './engine/net/probe.ts'
import { hashWorkerFile } from './hash-worker-file.ts'
import { openHistory } from './history/history.ts'
import { receiptFor } from './history/receipt.ts'
import { serveCommands } from './ipc/ipc.ts'
import { createLanguage } from './notices/language.ts'
import { announce, createNotices, eachOnce } from './notices/notices.ts'
import { forkReceiver } from './own-receiver/fork-receiver.ts'
import { createOwnReceiver, routesOf } from './own-receiver/own-receiver.ts'
import { createReceiverProcess } from './own-receiver/receiver-process.ts'
import { readName } from './receivers/kept-receiver.ts'
import { createReceiverWatch, retryWaiting } from './receivers/receiver-watch.ts'
import { openReceivers } from './receivers/receivers.ts'
import { createTokenSafe } from './receivers/token-safe.ts'
import { adoptUnencryptedReceivers } from './receivers/unencrypted-receivers.ts'
import { createPreferenceCommands } from './settings/preference-commands.ts'
import { openSettings } from './settings/settings.ts'
import { createLetterbox } from './startup/letterbox.ts'
import { loginItem } from './startup/login-item.ts'
import { createOpenedLink } from './startup/opened-link.ts'
import type { OpenStore } from './state/state-store.ts'
import { paceUploads } from './uploads/paced-uploads.ts'
import { openSavedUploads } from './uploads/saved-uploads.ts'
import { serveWindow } from './window/app-protocol.ts'
import { createMainWindow } from './window/main-window.ts'
import { openWindow, refusePermissions } from './window/window.ts'

/** The running app, as its lifecycle needs it. */
export type Longshore = {
  /** Brings the window to the front, opening it when it is closed. */
  showWindow(): void
  /** Whether the app goes on when its window is closed, on systems where that usually ends it. */
  goesOnWithoutWindow(): boolean
  /** Adds files that the person named on a command line or in the system; what is refused is shown as a notice. */
  addPaths(paths: readonly string[]): void
  /** Fills a link in where it would otherwise be typed; nothing else comes of it before the person wants it. */
  openLink(link: string): void
  /** Stops all transfers and the receiver, and saves. */
  close(): Promise<void>
}

type LaunchWishes = {
  /** Receives on this computer, unless the person decided already. */
  readonly receiveHere: boolean
  /** Where receivers are looked for, as {@link networksFor} takes it. */
  readonly discoveryOn: string | undefined
}

const openStore: OpenStore = (options) => new ElectronStore(options)

/**
 * Builds the app from its parts, each from those before it. Must be called once, when Electron is ready; rejects when
 * the app cannot start.
 */
export async function openLongshore({ receiveHere, discoveryOn }: LaunchWishes): Promise<Longshore> {
  const directory = app.getPath('userData')
  const deviceName = readName(hostname()) ?? 'Longshore'
  const mainWindow = createMainWindow()
  const { tell } = mainWindow
  const language = createLanguage(app.getLocale())
  const { words, wordsOutside } = language

  const notices = createNotices((list) => tell('notices', list))
  const notify = (message: string) => notices.add(message)
  const notifyOnce = eachOnce(notify)
  const kept = { directory, openStore, writtenBy: app.getVersion(), notify, words }
  const settings = openSettings({
    ...kept,
    onReceiver: (receiver) => tell('receiver', receiver === undefined ? {} : { receiver }),
    defaultReceivingFolder: join(app.getPath('downloads'), 'Longshore'),
    platform: process.platform,
  })
  language.follow(() => settings.get().language)
  const showWindow = () =>
    mainWindow.show(() => openWindow(settings.get().windowBounds, (windowBounds) => settings.change({ windowBounds })))

  const savedUploads = openSavedUploads(kept)
  const history = openHistory({ directory, notify: notifyOnce, words })
  const receivers = await openReceivers({
    ...kept,
    safe: createTokenSafe(safeStorage, process.platform),
    onChange: (list) => tell('receivers', list),
  })
  await adoptUnencryptedReceivers(settings, savedUploads, receivers, notify, words)

  const receiverProcess = createReceiverProcess({
    fork: forkReceiver,
    directory: settings.get().receivingFolder,
    onChange: (state) => tell('localReceiver', state),
  })
  const ownReceiver = createOwnReceiver({ receivers, probe, deviceName, say: receiverProcess.say, notify, words })
  receiverProcess.attach(ownReceiver)

  const engine = await createEngine({
    resumeStore: savedUploads,
    ownState: [{ path: directory }],
    routeTo: routesOf(ownReceiver, receivers),
    onSuccession: (receiver, certificatePem) => receivers.succeed(receiver, certificatePem),
    warn: (warning) => notifyOnce(words().warning(warning)),
    hashWorker: hashWorkerFile,
  })
  ownReceiver.onReady(() => {
    engine.wake()
    retryWaiting(engine, THIS_COMPUTER)
  })
  const watch = createReceiverWatch({ receivers, probe, onOwnRefused: () => ownReceiver.refused() })
  const toWindow = paceUploads((piece) => tell('uploads', piece))
  engine.onChange(toWindow.send)
  engine.onChange(({ changed }) => watch.heed(changed))
  const discovery = createSwitchedDiscovery(discoveryOn, (found) => tell('foundReceivers', found))
  discovery.set(settings.get().discovery)
  heedSleep({ engine, savedUploads, discovery })

  const preferences = createPreferenceCommands({
    settings,
    loginItem: loginItem(process.platform, app.isPackaged, words),
    discover: discovery.set,
  })
  const dialogs = createDialogs(mainWindow.current, settings, wordsOutside)
  const additions = createAdditions({
    engine,
    settings,
    receivers,
    dialogs,
    words,
    onLooking: (looking) => tell('looking', looking === undefined ? {} : { looking }),
    onQuestion(question) {
      if (question !== undefined) showWindow()
      tell('question', question === undefined ? {} : { question })
    },
    keep: preferences.commands.setConflictPolicy,
  })
  const addPaths = (paths: readonly string[]): void => {
    if (paths.length > 0) void announce(() => additions.commands.addPaths(paths), notices, words())
  }

  const openedLink = createOpenedLink((link) => tell('openedLink', link))
  const wantedSheet = createLetterbox<Events['sheet']>((sheet) => tell('sheet', sheet))
  mainWindow.onClosed(openedLink.pageGone)
  mainWindow.onClosed(wantedSheet.pageGone)
  const nameOf = (receiver: ReceiverId): string =>
    receiver === THIS_COMPUTER ? deviceName : (receivers.find(({ id }) => id === receiver)?.name ?? receiver)
  const desktop = openDesktop({
    engine,
    settings,
    words: wordsOutside,
    window: mainWindow.current,
    showWindow,
    addPaths,
    menu: {
      addFiles: () => void announce(additions.commands.chooseFiles, notices, words()),
      addFolder: () => void announce(additions.commands.chooseFolder, notices, words()),
      openSheet(sheet) {
        showWindow()
        wantedSheet.post(sheet)
      },
    },
    notify,
    onEnding: (ending) => tell('ending', ending === undefined ? {} : { ending }),
    onFinished: (uploads) =>
      history.add(uploads.flatMap((upload) => receiptFor(upload, nameOf(upload.receiver)) ?? [])),
  })
  mainWindow.onOpened(desktop.windowOpened)
  preferences.onDecided(desktop.apply)
  preferences.onDecided((decided) => tell('preferences', decided))

  const commands = createCommands({
    history,
    additions,
    preferences,
    engine,
    settings,
    receivers,
    probe,
    pair,
    deviceName,
    receiverProcess,
    foundReceivers: discovery.list,
    canSleep: canSleep(process.platform),
    ending: desktop.ending,
    callOff: desktop.callOff,
    notices,
    words,
    dialogs,
    fileManager: createFileManager(words),
    takeOpenedLink: openedLink.take,
    takeSheet: wantedSheet.take,
  })
  // What the person decided holds; the command line only decides for a first start.
  if (settings.get().receiveHere ?? receiveHere) await commands.setReceiveHere(true)

  refusePermissions()
  serveWindow()
  const snapshot = () => {
    toWindow.forget()
    return commands.snapshot()
  }
  serveCommands({ ...commands, snapshot }, mainWindow.current)

  return {
    showWindow,
    goesOnWithoutWindow: () => desktop.goesOn(),
    addPaths,
    openLink: openedLink.open,
    async close() {
      desktop.close()
      toWindow.forget()
      discovery.stop()
      settings.flush()
      receivers.flush()
      savedUploads.flush()
      // And again as soon as transfers have stopped: a receiver that takes long to stop must not keep that from
      // happening.
      const saved = engine.close().finally(() => savedUploads.flush())
      await Promise.allSettled([saved.finally(() => history.close()), receiverProcess.stop()])
    },
  }
}
