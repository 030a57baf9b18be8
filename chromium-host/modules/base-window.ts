import type * as Electron from 'electron'
import { browser } from '../browser/browser.ts'
import { ifStillThere } from '../browser/cdp.ts'
import { record } from '../program/calls.ts'
import { strictEmitter } from '../program/unimplemented.ts'

type Implemented = Pick<
  Electron.BaseWindow,
  | 'blur'
  | 'flashFrame'
  | 'focus'
  | 'getBounds'
  | 'getNormalBounds'
  | 'getSize'
  | 'getTitle'
  | 'hide'
  | 'isFocused'
  | 'isFullScreen'
  | 'isMaximized'
  | 'isMinimized'
  | 'isNormal'
  | 'isVisible'
  | 'maximize'
  | 'minimize'
  | 'removeMenu'
  | 'restore'
  | 'setBounds'
  | 'setFullScreen'
  | 'setMenu'
  | 'setMenuBarVisibility'
  | 'setProgressBar'
  | 'setSize'
  | 'setTitle'
  | 'show'
  | 'showInactive'
  | 'unmaximize'
>

type State = 'normal' | 'minimized' | 'maximized' | 'fullscreen'

const DEFAULT_SIZE = { width: 800, height: 600 }

/**
 * What a window is apart from its page: a title, a place on the screen, a state. The part Electron calls BaseWindow,
 * too.
 */
export abstract class BaseWindow extends strictEmitter('BrowserWindow') implements Implemented {
  #title: string
  #bounds: Electron.Rectangle
  #state: State = 'normal'
  #isVisible: boolean

  constructor(title: string, options: Electron.BaseWindowConstructorOptions) {
    super()
    this.#title = title
    this.#isVisible = options.show !== false
    const { width = DEFAULT_SIZE.width, height = DEFAULT_SIZE.height, x = 0, y = 0 } = options
    this.#bounds = { width, height, x, y }
  }

  /** Chromium's name for the window's page, once it is open. */
  protected abstract targetId(): Promise<string>

  show(): void {
    this.#isVisible = true
    this.#apply({ windowState: 'normal' })
    this.emit('show')
    this.focus()
  }
  showInactive(): void {
    this.show()
  }
  /** Chromium cannot hide a window, so it is minimised. */
  hide(): void {
    this.#isVisible = false
    this.#apply({ windowState: 'minimized' })
    this.emit('hide')
  }
  focus(): void {
    this.emit('focus')
  }
  blur(): void {
    this.emit('blur')
  }
  minimize(): void {
    this.#enter('minimized', 'minimize')
  }
  maximize(): void {
    this.#enter('maximized', 'maximize')
  }
  unmaximize(): void {
    this.#enter('normal', 'unmaximize')
  }
  restore(): void {
    this.#enter('normal', 'restore')
  }
  setFullScreen(flag: boolean): void {
    if (flag) this.#enter('fullscreen', 'enter-full-screen')
    else this.#enter('normal', 'leave-full-screen')
  }
  #enter(state: State, event: string): void {
    this.#state = state
    this.#apply({ windowState: state })
    this.emit(event)
  }
  #apply(bounds: object): void {
    ifStillThere(this.targetId().then((targetId) => browser().setBounds(targetId, bounds)))
  }

  isVisible(): boolean {
    return this.#isVisible
  }
  isFocused(): boolean {
    return this.#isVisible && this.#state !== 'minimized'
  }
  isMinimized(): boolean {
    return this.#state === 'minimized'
  }
  isMaximized(): boolean {
    return this.#state === 'maximized'
  }
  isFullScreen(): boolean {
    return this.#state === 'fullscreen'
  }
  isNormal(): boolean {
    return this.#state === 'normal'
  }

  /** What the app asked for; Chromium does not report a person's own moving and resizing. */
  getBounds(): Electron.Rectangle {
    return { ...this.#bounds }
  }
  getNormalBounds(): Electron.Rectangle {
    return this.getBounds()
  }
  setBounds(bounds: Partial<Electron.Rectangle>): void {
    this.#bounds = { ...this.#bounds, ...bounds }
    const { x: left, y: top, width, height } = this.#bounds
    this.#apply({ left, top, width, height })
    this.emit('resize')
  }
  getSize(): number[] {
    return [this.#bounds.width, this.#bounds.height]
  }
  setSize(width: number, height: number): void {
    this.setBounds({ width, height })
  }
  getTitle(): string {
    return this.#title
  }
  /** For the app's own use: the title bar shows the document's. */
  setTitle(title: string): void {
    this.#title = title
  }

  setProgressBar(progress: number, options?: Electron.ProgressBarOptions): void {
    record('BrowserWindow.setProgressBar', progress, options)
  }
  setMenu(menu: Electron.Menu | null): void {
    record('BrowserWindow.setMenu', menu)
  }
  removeMenu(): void {
    record('BrowserWindow.removeMenu')
  }
  setMenuBarVisibility(visible: boolean): void {
    record('BrowserWindow.setMenuBarVisibility', visible)
  }
  flashFrame(flag: boolean): void {
    record('BrowserWindow.flashFrame', flag)
  }
}
