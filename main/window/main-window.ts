import type { BrowserWindow } from 'electron'
import { eventChannel } from '../contract/channels.ts'
import type { Events } from '../contract/contract.ts'

/** The app's only window, which may be closed for a while. */
export type MainWindow = {
  /** Undefined while it is closed. */
  current(): BrowserWindow | undefined
  /** Tells its page. One that is closed or closing misses it: its successor asks for everything when it opens. */
  tell<E extends keyof Events>(event: E, payload: Events[E]): void
  /** Brings it to the front; makes it with `open` when it is closed. */
  show(open: () => BrowserWindow): void
  onOpened(listener: (window: BrowserWindow) => void): void
  onClosed(listener: () => void): void
}

/** Closed at first. */
export function createMainWindow(): MainWindow {
  let window: BrowserWindow | undefined
  const openedListeners = new Set<(window: BrowserWindow) => void>()
  const closedListeners = new Set<() => void>()

  return {
    current: () => window,
    tell(event, payload) {
      if (!window || window.isDestroyed() || window.webContents.isDestroyed()) return
      window.webContents.send(eventChannel(event), payload)
    },
    show(open) {
      if (window === undefined) {
        window = open()
        for (const listener of openedListeners) listener(window)
        window.on('closed', () => {
          window = undefined
          for (const listener of closedListeners) listener()
        })
        return
      }
      if (window.isMinimized()) window.restore()
      window.show()
    },
    onOpened: (listener) => void openedListeners.add(listener),
    onClosed: (listener) => void closedListeners.add(listener),
  }
}
