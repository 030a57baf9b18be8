import { Notification } from 'electron'
import type { News } from './desktop-state.ts'

/**
 * References to the notifications that are shown: without one, a notification is garbage-collected and its click is
 * lost.
 */
const shown = new Set<Notification>()

/** Shows a notification of the system; a click on it does `onClick`. Where the system has none, nothing happens. */
export function notifySystem({ title, body }: News, onClick: () => void): void {
  if (!Notification.isSupported()) return
  const notification = new Notification({ title, body, silent: true })
  shown.add(notification)
  const forget = (): void => void shown.delete(notification)
  notification.on('click', () => {
    forget()
    onClick()
  })
  notification.on('close', forget)
  // On macOS an unsigned app may not show any. The window and the tray show the same.
  notification.on('failed', forget)
  notification.show()
}
