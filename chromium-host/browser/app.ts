import type * as Electron from 'electron'
import { AppPaths } from '../program/app-paths.ts'
import { record } from '../program/calls.ts'
import { launch } from '../program/launch.ts'
import { preventable } from '../program/preventable.ts'
import { SingleInstance } from '../program/single-instance.ts'
import { strict, strictEmitter } from '../program/unimplemented.ts'
import { closeBrowser } from './browser.ts'

/** What `app` has to know about windows. The window module tells it, so that the two do not import each other. */
export type OpenWindows = {
  /** Asks every window to close; false as soon as one refuses. */
  closeAll(): boolean
}

type Implemented = Pick<
  Electron.App,
  | 'commandLine'
  | 'enableSandbox'
  | 'exit'
  | 'focus'
  | 'getAppPath'
  | 'getLocale'
  | 'getLoginItemSettings'
  | 'getName'
  | 'getPath'
  | 'getPreferredSystemLanguages'
  | 'getSystemLocale'
  | 'getVersion'
  | 'hasSingleInstanceLock'
  | 'isPackaged'
  | 'isReady'
  | 'name'
  | 'quit'
  | 'relaunch'
  | 'releaseSingleInstanceLock'
  | 'requestSingleInstanceLock'
  | 'setAboutPanelOptions'
  | 'setAppUserModelId'
  | 'setAsDefaultProtocolClient'
  | 'setBadgeCount'
  | 'setLoginItemSettings'
  | 'setName'
  | 'setPath'
  | 'whenReady'
>

/** Where the app is in its quit cycle: `close` events are being asked, or the process is ending. */
type Ending = 'no' | 'asking' | 'exiting'

class App extends strictEmitter('app') implements Implemented {
  name = launch.appPackage.name
  readonly isPackaged = launch.packaged
  /** Switches from the command line and from the app, as Chromium will get them. */
  readonly switches = new Map(launch.commandLine.switches)
  readonly commandLine: Electron.CommandLine = strict('app.commandLine', {
    appendSwitch: (name, value) => void this.switches.set(name, value ?? ''),
    appendArgument: (value) => record('app.commandLine.appendArgument', value),
    hasSwitch: (name) => this.switches.has(name),
    getSwitchValue: (name) => this.switches.get(name) ?? '',
    removeSwitch: (name) => void this.switches.delete(name),
  })
  readonly #paths = new AppPaths(() => this.name)
  readonly #ready = deferred()
  #isReady = false
  #ending: Ending = 'no'
  #instance: SingleInstance | undefined
  #loginItem: Electron.Settings = {}
  #windows: OpenWindows | undefined

  /** Tells where the windows are. */
  attachWindows(windows: OpenWindows): void {
    this.#windows = windows
  }

  /** Says `ready`, once Chromium is up. */
  becomeReady(): void {
    this.#isReady = true
    this.emit('will-finish-launching')
    this.emit('ready', {}, {})
    this.#ready.resolve()
  }

  /** The last window is gone: quits, unless the app decides for itself. */
  allWindowsClosed(): void {
    if (this.#ending !== 'no') return
    if (this.listenerCount('window-all-closed') > 0) this.emit('window-all-closed')
    else this.quit()
  }

  whenReady(): Promise<void> {
    return this.#ready.promise
  }
  isReady(): boolean {
    return this.#isReady
  }
  getName(): string {
    return this.name
  }
  setName(name: string): void {
    this.name = name
  }
  getVersion(): string {
    return launch.appPackage.version
  }
  getAppPath(): string {
    return launch.appPackage.path
  }
  getPath(name: string): string {
    return this.#paths.get(name)
  }
  setPath(name: string, path: string): void {
    this.#paths.set(name, path)
  }
  getLocale(): string {
    return this.switches.get('lang') || this.getSystemLocale()
  }
  getSystemLocale(): string {
    return Intl.DateTimeFormat().resolvedOptions().locale
  }
  getPreferredSystemLanguages(): string[] {
    return [this.getSystemLocale()]
  }

  requestSingleInstanceLock(additionalData?: Record<string, unknown>): boolean {
    if (this.#instance) return true
    const mine = { argv: process.argv, cwd: process.cwd(), data: additionalData }
    this.#instance = SingleInstance.claim(this.getPath('userData'), mine, ({ argv, cwd, data }) => {
      void this.whenReady().then(() => this.emit('second-instance', {}, argv, cwd, data))
    })
    return this.#instance !== undefined
  }
  hasSingleInstanceLock(): boolean {
    return this.#instance !== undefined
  }
  releaseSingleInstanceLock(): void {
    this.#instance?.release()
    this.#instance = undefined
  }

  quit(): void {
    if (this.#ending !== 'no') return
    this.#ending = 'asking'
    const agreed = this.#agreesTo('before-quit') && (this.#windows?.closeAll() ?? true) && this.#agreesTo('will-quit')
    if (agreed) this.exit(0)
    else this.#ending = 'no'
  }

  #agreesTo(step: 'before-quit' | 'will-quit'): boolean {
    const event = preventable({})
    this.emit(step, event)
    return !event.defaultPrevented
  }

  exit(exitCode = 0): void {
    if (this.#ending === 'exiting') return
    this.#ending = 'exiting'
    this.emit('quit', {}, exitCode)
    void closeBrowser().finally(() => process.exit(exitCode))
  }

  /** Electron's sandbox is Chromium's own, which is on unless the host runs as root. */
  enableSandbox(): void {
    record('app.enableSandbox')
  }
  relaunch(options?: Electron.RelaunchOptions): void {
    record('app.relaunch', options)
  }
  focus(): void {
    record('app.focus')
  }
  setAboutPanelOptions(options: Electron.AboutPanelOptionsOptions): void {
    record('app.setAboutPanelOptions', options)
  }
  setAppUserModelId(id: string): void {
    record('app.setAppUserModelId', id)
  }
  setAsDefaultProtocolClient(protocol: string): boolean {
    record('app.setAsDefaultProtocolClient', protocol)
    return false
  }
  setBadgeCount(count?: number): boolean {
    record('app.setBadgeCount', count)
    return false
  }
  setLoginItemSettings(settings: Electron.Settings): void {
    record('app.setLoginItemSettings', settings)
    this.#loginItem = settings
  }
  getLoginItemSettings(): Electron.LoginItemSettings {
    const openAtLogin = this.#loginItem.openAtLogin === true
    return {
      openAtLogin,
      wasOpenedAtLogin: false,
      status: openAtLogin ? 'enabled' : 'not-registered',
      executableWillLaunchAtLogin: openAtLogin,
      launchItems: [],
    }
  }
}

function deferred(): { readonly promise: Promise<void>; resolve(): void } {
  let resolve = (): void => {}
  const promise = new Promise<void>((settle) => {
    resolve = settle
  })
  return { promise, resolve }
}

/** `electron.app`. */
export const app = new App()
