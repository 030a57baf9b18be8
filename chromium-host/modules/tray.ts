import type * as Electron from 'electron'
import { record } from '../program/calls.ts'
import { strictEmitter } from '../program/unimplemented.ts'

type Implemented = Pick<
  Electron.Tray,
  'destroy' | 'isDestroyed' | 'setContextMenu' | 'setImage' | 'setTitle' | 'setToolTip' | 'getTitle'
>

/** `electron.Tray`: recorded only; Chromium has no place for it. */
export class Tray extends strictEmitter('Tray') implements Implemented {
  #title = ''
  #isDestroyed = false

  constructor(image: Electron.NativeImage | string) {
    super()
    record('Tray', this, image)
  }

  setImage(image: Electron.NativeImage | string): void {
    record('Tray.setImage', image)
  }
  setToolTip(toolTip: string): void {
    record('Tray.setToolTip', toolTip)
  }
  setContextMenu(menu: Electron.Menu | null): void {
    record('Tray.setContextMenu', menu)
  }
  setTitle(title: string): void {
    this.#title = title
  }
  getTitle(): string {
    return this.#title
  }
  destroy(): void {
    this.#isDestroyed = true
  }
  isDestroyed(): boolean {
    return this.#isDestroyed
  }
}
