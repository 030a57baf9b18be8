import { WINDOW_ORIGIN } from './window-assets.ts'

/** Who sent a message, as Electron tells it. A frame that has navigated away or was removed in the meantime is null. */
export type Sender = {
  readonly sender: object
  readonly senderFrame: { readonly url: string; readonly parent: object | null } | null
}

/** True only for the top frame of our own window, showing our own page. */
export function isOwnPage({ sender, senderFrame }: Sender, ownContents: object | undefined): boolean {
  if (ownContents === undefined || sender !== ownContents) return false
  return senderFrame !== null && senderFrame.parent === null && senderFrame.url.startsWith(`${WINDOW_ORIGIN}/`)
}
