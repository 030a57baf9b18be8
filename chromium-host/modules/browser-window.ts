import type * as Electron from 'electron'
import { app } from '../browser/app.ts'
import { browser } from '../browser/browser.ts'
import { ifStillThere } from '../browser/cdp.ts'
import { WebContents } from '../page/web-contents.ts'
import { checkWebPreferences } from '../page/web-preferences.ts'
import { preventable } from '../program/preventable.ts'
import { strict } from '../program/unimplemented.ts'
import { BaseWindow } from './base-window.ts'

type Implemented = Pick<
  Electron.BrowserWindow,
  'close' | 'destroy' | 'id' | 'isDestroyed' | 'loadFile' | 'loadURL' | 'reload'
>

/** `electron.BrowserWindow`: a Chromium window without browser chrome (or an invisible one when headless). */
export class BrowserWindow extends BaseWindow implements Implemented {
  static readonly #open = new Set<BrowserWindow>()

  static getAllWindows(): BrowserWindow[] {
    return [...BrowserWindow.#open]
  }
  static fromId(id: number): BrowserWindow | null {
    return BrowserWindow.getAllWindows().find((window) => window.id === id) ?? null
  }
  static fromWebContents(webContents: unknown): BrowserWindow | null {
    return BrowserWindow.getAllWindows().find((window) => window.webContents === webContents) ?? null
  }
  static getFocusedWindow(): BrowserWindow | null {
    return BrowserWindow.getAllWindows().findLast((window) => window.isFocused()) ?? null
  }

  readonly webContents: WebContents
  readonly id: number
  #isDestroyed = false

  constructor(options: Electron.BrowserWindowConstructorOptions = {}) {
    super(options.title ?? app.name, options)
    if (!app.isReady()) throw new Error('Cannot create BrowserWindow before app is ready')
    const preferences = options.webPreferences ?? {}
    checkWebPreferences(preferences)
    const { width, height } = this.getBounds()
    this.webContents = new WebContents(this, { width, height, x: options.x, y: options.y }, preferences)
    this.id = this.webContents.id
    BrowserWindow.#open.add(this)
    this.webContents.once('did-finish-load', () => this.emit('ready-to-show'))
    this.webContents.opened.then(
      ({ session }) => session.onClose(() => this.#closedFromOutside()),
      (error) => this.#isDestroyed || console.error('A window could not be opened:', error),
    )
    app.emit('web-contents-created', {}, this.webContents)
    queueMicrotask(() => app.emit('browser-window-created', {}, this))
  }

  loadURL(url: string): Promise<void> {
    return this.webContents.loadURL(url)
  }
  loadFile(filePath: string, options?: Electron.LoadFileOptions): Promise<void> {
    return this.webContents.loadFile(filePath, options)
  }
  reload(): void {
    this.webContents.reload()
  }

  close(): void {
    this.closeUnlessRefused()
  }

  /** Asks the `close` listeners; false when one of them said no. */
  closeUnlessRefused(): boolean {
    if (this.#isDestroyed) return true
    if (!this.#agreesToClose()) return false
    this.destroy()
    return true
  }

  #agreesToClose(): boolean {
    const event = preventable({})
    this.emit('close', event)
    return !event.defaultPrevented
  }

  destroy(): void {
    if (this.#isDestroyed) return
    ifStillThere(this.targetId().then((targetId) => browser().cdp.send('Target.closeTarget', { targetId })))
    this.#forget()
  }

  /**
   * The person closed the window, or Chromium ended. Listeners cannot prevent it any more, but may have something to
   * save.
   */
  #closedFromOutside(): void {
    if (this.#isDestroyed) return
    this.#agreesToClose()
    this.#forget()
  }

  #forget(): void {
    this.#isDestroyed = true
    BrowserWindow.#open.delete(this)
    this.webContents.emit('destroyed')
    this.emit('closed')
    setImmediate(() => BrowserWindow.#open.size > 0 || app.allWindowsClosed())
  }

  protected async targetId(): Promise<string> {
    return (await this.webContents.opened).session.targetId
  }
  override focus(): void {
    this.webContents.focus()
    super.focus()
  }
  isDestroyed(): boolean {
    return this.#isDestroyed
  }
}

/** `electron.webContents`. */
export const webContents = strict('webContents', {
  getAllWebContents: () => BrowserWindow.getAllWindows().map((window) => window.webContents),
  fromId: (id: number) => webContents.getAllWebContents().find((contents) => contents.id === id),
  getFocusedWebContents: () => BrowserWindow.getFocusedWindow()?.webContents ?? null,
  /** How Playwright finds the window of a page. */
  fromDevToolsTargetId: (targetId: string): WebContents | undefined =>
    webContents.getAllWebContents().find((contents) => contents.targetId === targetId),
})

app.attachWindows({
  closeAll: () => BrowserWindow.getAllWindows().every((window) => window.closeUnlessRefused()),
})
