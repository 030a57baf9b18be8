import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import type * as Electron from 'electron'
import { app } from '../browser/app.ts'
import { browser } from '../browser/browser.ts'
import { ifStillThere } from '../browser/cdp.ts'
import type { WindowBounds } from '../browser/chromium.ts'
import { record } from '../program/calls.ts'
import { launch } from '../program/launch.ts'
import { preventable } from '../program/preventable.ts'
import { strictEmitter } from '../program/unimplemented.ts'
import { IpcDesk } from './ipc-desk.ts'
import { codec, openPage, type Page } from './page.ts'
import { reportPageEvents } from './page-events.ts'
import type { Navigation } from './page-requests.ts'
import type { PageSession } from './page-session.ts'
import { schemeUrls } from './protocol.ts'
import { defaultSession } from './session.ts'
import { topFrame } from './web-frame.ts'
import { readPreload } from './web-preferences.ts'

type Implemented = Pick<
  Electron.WebContents,
  | 'close'
  | 'executeJavaScript'
  | 'focus'
  | 'forcefullyCrashRenderer'
  | 'getOSProcessId'
  | 'getTitle'
  | 'getURL'
  | 'id'
  | 'isCrashed'
  | 'isDestroyed'
  | 'isLoading'
  | 'loadFile'
  | 'loadURL'
  | 'mainFrame'
  | 'openDevTools'
  | 'reload'
  | 'send'
  | 'session'
  | 'setVisualZoomLevelLimits'
  | 'setWindowOpenHandler'
>

/** What a page needs of the window it is in. */
export type OwnWindow = {
  close(): void
  getTitle(): string
  isDestroyed(): boolean
}

type OpenHandler = Parameters<Electron.WebContents['setWindowOpenHandler']>[0]
type WindowOpen = { readonly url: string; readonly windowName: string; readonly windowFeatures: readonly string[] }
type Evaluated = {
  readonly result: { readonly value?: unknown }
  readonly exceptionDetails?: { readonly text: string; readonly exception?: { readonly description?: string } }
}

let lastId = 0

/** The page in a window: loads documents, talks to their preload script, tells what happens to them. */
export class WebContents extends strictEmitter('webContents') implements Implemented {
  readonly id = ++lastId
  readonly session = defaultSession as unknown as Electron.Session
  readonly mainFrame = topFrame(() => this.#url, this.id)
  /** The page, once Chromium has opened it. */
  readonly opened: Promise<Page>
  readonly #window: OwnWindow
  #page: Page | undefined
  #openHandler: OpenHandler = () => ({ action: 'deny' })
  #url = ''
  #isLoading = false
  #isCrashed = false

  constructor(window: OwnWindow, bounds: WindowBounds, preferences: Electron.WebPreferences) {
    super()
    this.#window = window
    const desk = new IpcDesk(this as unknown as Electron.WebContents, preferences.preload ?? '')
    const page = openPage({
      bounds,
      title: window.getTitle(),
      preload: readPreload(preferences),
      additionalArguments: preferences.additionalArguments ?? [],
      allows: (navigation) => this.#allows(navigation),
      onSendSync: (message) => desk.answerSync(message),
      onMessage: (message) => void desk.take(message).then((reply) => reply && this.#page?.channel.send(reply)),
    })
    this.opened = page.then((opened) => this.#watch(opened))
  }

  #watch(page: Page): Page {
    this.#page = page
    reportPageEvents(page.session, this, (url) => {
      this.#url = url
      this.#isCrashed = false
    })
    page.session.on<WindowOpen>('Page.windowOpen', (request) => this.#refuseWindow(request))
    this.on('render-process-gone', (_event, details) => {
      this.#isCrashed = true
      app.emit('render-process-gone', {}, this, details)
    })
    return page
  }

  #allows({ url, isMainFrame }: Navigation): boolean {
    const details = { url, isMainFrame, isSameDocument: false, frame: isMainFrame ? this.mainFrame : null }
    const event = preventable(details)
    this.emit('will-frame-navigate', event)
    if (isMainFrame) this.emit('will-navigate', event, url)
    return !event.defaultPrevented
  }

  /**
   * Chromium closes every window the app did not open itself; the handler still learns of it, to open a browser for
   * instance.
   */
  #refuseWindow({ url, windowName, windowFeatures }: WindowOpen): void {
    const { action } = this.#openHandler({
      url: schemeUrls.fromChromium(url),
      frameName: windowName,
      features: windowFeatures.join(','),
      disposition: 'foreground-tab',
      referrer: { url: this.#url, policy: 'default' },
    })
    if (action === 'allow') console.error(`window.open(${url}) is not implemented in the Chromium host: refused`)
  }

  async loadURL(url: string): Promise<void> {
    const { session, requests } = await this.opened
    const target = schemeUrls.toChromium(url)
    if (/^(https?|file):/.test(target)) requests.expect(new URL(target).href)
    this.#isLoading = true
    try {
      await navigate(session, target, url)
    } catch (error) {
      // Chromium refused the URL, or the window closed meanwhile.
      this.emit('did-fail-load', {}, -2, String(error), url, true)
      throw error
    } finally {
      this.#isLoading = false
    }
  }

  loadFile(filePath: string, { query, search, hash }: Electron.LoadFileOptions = {}): Promise<void> {
    const url = pathToFileURL(resolve(launch.appPackage.path, filePath))
    if (query) url.search = new URLSearchParams(query).toString()
    if (search) url.search = search
    if (hash) url.hash = hash
    return this.loadURL(url.href)
  }

  send(channel: string, ...args: unknown[]): void {
    const data = codec.encode(args)
    this.#page?.channel.send({ kind: 'push', channel, data })
  }

  async executeJavaScript(expression: string): Promise<unknown> {
    const { session } = await this.opened
    const options = { expression, awaitPromise: true, returnByValue: true, userGesture: true }
    const { result, exceptionDetails } = await session.send<Evaluated>('Runtime.evaluate', options)
    if (exceptionDetails) throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text)
    return result.value
  }

  setWindowOpenHandler(handler: OpenHandler): void {
    this.#openHandler = handler
  }
  reload(): void {
    this.#sendToPage('Page.reload')
  }
  focus(): void {
    this.#sendToPage('Page.bringToFront')
  }
  forcefullyCrashRenderer(): void {
    this.#sendToPage('Page.crash')
  }
  #sendToPage(method: string): void {
    ifStillThere(this.opened.then(({ session }) => session.send(method)))
  }

  /** Chromium's name for the page; absent until it is open. */
  get targetId(): string | undefined {
    return this.#page?.session.targetId
  }
  close(): void {
    this.#window.close()
  }
  getURL(): string {
    return this.#url
  }
  getTitle(): string {
    return this.#window.getTitle()
  }
  isDestroyed(): boolean {
    return this.#window.isDestroyed()
  }
  isLoading(): boolean {
    return this.#isLoading
  }
  isCrashed(): boolean {
    return this.#isCrashed
  }
  /** Chromium's own: it does not tell which of its processes draws a page. */
  getOSProcessId(): number {
    return browser().pid
  }
  openDevTools(options?: Electron.OpenDevToolsOptions): void {
    record('webContents.openDevTools', options)
  }
  async setVisualZoomLevelLimits(minimum: number, maximum: number): Promise<void> {
    record('webContents.setVisualZoomLevelLimits', minimum, maximum)
  }
}

/** Resolves when `target` has loaded; rejects when it cannot be, or the page goes away first. */
async function navigate(session: PageSession, target: string, url: string): Promise<void> {
  const stops: (() => void)[] = []
  const loaded = new Promise<void>((resolve, reject) => {
    const onClosed = (): void => reject(new Error(`The window was closed while loading '${url}'`))
    stops.push(session.on('Page.loadEventFired', resolve), session.onClose(onClosed))
  })
  try {
    const started = session.send<{ errorText?: string }>('Page.navigate', { url: target })
    const { errorText } = await Promise.race([started, loaded.then(() => started)])
    if (errorText) throw Object.assign(new Error(`${errorText} loading '${url}'`), { code: errorText, url })
    await loaded
  } finally {
    for (const stop of stops) stop()
  }
}
