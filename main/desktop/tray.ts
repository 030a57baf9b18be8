import { Menu, type MenuItemConstructorOptions, nativeImage, Tray } from 'electron'
import type { DesktopWords } from './desktop-words.ts'
import { BLUE_ICON, TEMPLATE_ICON } from './tray-icon.ts'

export type TrayActions = {
  readonly show: () => void
  readonly pauseAll: () => void
  readonly resumeAll: () => void
  readonly quit: () => void
  /** Adds files that were dropped on the icon, where the system lets that happen. */
  readonly addPaths: (paths: readonly string[]) => void
}

/** The icon among the system's own. */
export type TrayIcon = {
  /** Says how the queue is. */
  say(state: string, words: DesktopWords): void
  remove(): void
}

export function showTray(actions: TrayActions): TrayIcon {
  const isMac = process.platform === 'darwin'
  const image = nativeImage.createFromBuffer(Buffer.from(isMac ? TEMPLATE_ICON : BLUE_ICON, 'base64'), {
    scaleFactor: 2,
  })
  if (isMac) image.setTemplateImage(true)
  const tray = new Tray(image)
  let said: { readonly state: string; readonly words: DesktopWords } | undefined
  // A click opens the menu on macOS, as everywhere there.
  if (!isMac) tray.on('click', actions.show)
  tray.on('drop-files', (_event, paths) => actions.addPaths(paths))

  return {
    say(state, words) {
      if (said?.state === state && said.words === words) return
      said = { state, words }
      tray.setToolTip(`Longshore: ${state}`)
      // On Linux a menu that is shown does not change; another one has to be set.
      tray.setContextMenu(Menu.buildFromTemplate(itemsOf(state, words, actions)))
    },
    remove: () => tray.destroy(),
  }
}

function itemsOf(state: string, words: DesktopWords, actions: TrayActions): MenuItemConstructorOptions[] {
  return [
    { id: 'tray-state', label: state, enabled: false },
    { type: 'separator' },
    { id: 'tray-show', label: words.show, click: actions.show },
    { id: 'tray-pause-all', label: words.pauseAll, click: actions.pauseAll },
    { id: 'tray-resume-all', label: words.resumeAll, click: actions.resumeAll },
    { type: 'separator' },
    { id: 'tray-quit', label: words.quit, click: actions.quit },
  ]
}
