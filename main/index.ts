import { resolve } from 'node:path'
import { app, dialog } from 'electron'
import { type Longshore, openLongshore } from './longshore.ts'
import { messageOf } from './notices/message-of.ts'
import { readLaunchArguments } from './startup/launch-arguments.ts'
import { refuseDebugging, refuseSwitchesOfLink } from './startup/refuse-debugging.ts'
import { registerWindowScheme } from './window/app-protocol.ts'

/** The longest the process stays after its window is gone: enough to stop the receiver and to save. */
const LONGEST_GOODBYE_MS = 3_000

const userData = process.env.LONGSHORE_USER_DATA
if (userData) app.setPath('userData', resolve(userData))
registerWindowScheme()
// Windows shows notifications only of an app that it knows by this, the name it is installed under.
if (process.platform === 'win32') app.setAppUserModelId('app.longshore.desktop')
// Enabling the sandbox takes back an explicit --no-sandbox, without which Electron does not run as root on Linux.
if (!app.commandLine.hasSwitch('no-sandbox')) app.enableSandbox()

const refusal =
  refuseDebugging(app.isPackaged, (name) => app.commandLine.hasSwitch(name)) ??
  refuseSwitchesOfLink(app.isPackaged, process.argv, process.platform)
if (refusal !== undefined) stopBeforeTheStart(refusal)
else if (app.requestSingleInstanceLock()) live()
else app.quit()

function stopBeforeTheStart(sentence: string): void {
  dialog.showErrorBox('Longshore could not start', sentence)
  app.exit(1)
}

function live(): void {
  // On macOS and Linux the package says so itself. Behind `--` Chromium reads no switches, whatever a link looks like.
  if (app.isPackaged && process.platform === 'win32')
    app.setAsDefaultProtocolClient('longshore', process.execPath, ['--'])
  const launch = readLaunchArguments(process.argv, process.cwd(), app.getAppPath())
  // Not awaited at the top level: Electron is only ready once this module has been evaluated.
  const opening = app.whenReady().then(() => openLongshore({ ...launch, discoveryOn: process.env.LONGSHORE_DISCOVERY }))

  const isWindowLess = (longshore: Longshore): boolean => {
    // macOS says so instead of passing arguments.
    const isLogin = launch.hidden || (process.platform === 'darwin' && app.getLoginItemSettings().wasOpenedAtLogin)
    return isLogin && longshore.goesOnWithoutWindow()
  }

  /** Does something with the app once it is open. An app that could not open has said so already. */
  function whenOpen(use: (longshore: Longshore) => void): void {
    opening.then(use, () => undefined)
  }

  opening.catch((cause: unknown) => {
    stopBeforeTheStart(messageOf(cause))
  })
  whenOpen((longshore) => {
    if (!isWindowLess(longshore)) longshore.showWindow()
    if (launch.link !== undefined) longshore.openLink(launch.link)
    longshore.addPaths(launch.paths)
    quitAfterGoodbye(longshore)
  })
  app.on('second-instance', (_event, argv, workingDirectory) => {
    const { paths, link } = readLaunchArguments(argv, workingDirectory, app.getAppPath())
    whenOpen((longshore) => {
      longshore.showWindow()
      if (link !== undefined) longshore.openLink(link)
      longshore.addPaths(paths)
    })
  })
  // How macOS hands over files, instead of the command line.
  app.on('open-file', (event, path) => {
    event.preventDefault()
    whenOpen((longshore) => longshore.addPaths([path]))
  })
  // How macOS hands over links.
  app.on('open-url', (event, url) => {
    event.preventDefault()
    whenOpen((longshore) => {
      longshore.showWindow()
      longshore.openLink(url)
    })
  })
  app.on('activate', () => whenOpen((longshore) => longshore.showWindow()))
  app.on('window-all-closed', () => {
    if (process.platform === 'darwin') return
    whenOpen((longshore) => longshore.goesOnWithoutWindow() || app.quit())
  })
}

/** Puts off the end of the process, after the windows are gone, until transfers are stopped and everything is saved. */
function quitAfterGoodbye(longshore: Longshore): void {
  let goodbye: 'not said' | 'saying' | 'said' = 'not said'
  app.on('will-quit', (event) => {
    if (goodbye === 'said') return
    event.preventDefault()
    if (goodbye === 'saying') return
    goodbye = 'saying'
    const tooLong = new Promise<void>((resolve) => {
      setTimeout(resolve, LONGEST_GOODBYE_MS)
    })
    void Promise.race([longshore.close(), tooLong]).finally(() => {
      goodbye = 'said'
      app.quit()
    })
  })
}
