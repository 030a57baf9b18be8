import { app, type BrowserWindow, dialog } from 'electron'
import type { DesktopWords } from '../notices/desktop-words.ts'

export type ClosingDeps = {
  /** Whether the app goes on when the window is closed. */
  readonly goesOn: () => boolean
  /** Whether something would stop being sent. */
  readonly isSending: () => boolean
  readonly words: () => DesktopWords
  /** Told that the window was closed and the app goes on. */
  readonly onGoesOn: () => void
}

/** Makes sure that closing the window does not stop uploads unnoticed: the app goes on, or the person is asked. */
export function createClosing({ goesOn, isSending, words, onGoesOn }: ClosingDeps) {
  let isQuitting = false
  app.on('before-quit', () => {
    isQuitting = true
  })

  async function ask(window: BrowserWindow): Promise<void> {
    const { stillSending, stillSendingDetail, keepSending, quit } = words()
    const { response } = await dialog.showMessageBox(window, {
      type: 'question',
      message: stillSending,
      detail: stillSendingDetail,
      buttons: [keepSending, quit],
      defaultId: 0,
      cancelId: 0,
    })
    if (response === 1) app.quit()
    else if (!window.isDestroyed()) window.minimize()
  }

  return {
    guard(window: BrowserWindow): void {
      // When a session ends, Windows sends no `before-quit`, and the app must not prevent it.
      window.on('query-session-end', () => {
        isQuitting = true
      })
      window.on('close', (event) => {
        if (isQuitting) return
        if (goesOn()) onGoesOn()
        else if (isSending()) {
          event.preventDefault()
          void ask(window)
        }
      })
    },
  }
}
