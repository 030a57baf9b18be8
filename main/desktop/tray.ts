import { Menu, type MenuItemConstructorOptions, nativeImage, Tray } from 'electron'
import type { DesktopWords } from '../notices/desktop-words.ts'

/** The window's arrow, 32 by 32 pixels, as PNG in base64. Blue stands out from light and dark panels alike. */
const BLUE_ICON =
  'iVBORw0KGgoAAAANSUhEUgAAACAAAAAgCAYAAABzenr0AAAAzElEQVR42u3XsQ2DMBAFUHeZiSxwE2QsSu/CBJ6Ako4mWxAXF+lk2VaM/10AUfwCZHwPn2WEe45v98+4swOIYw54xEwx' +
  'G2fieyaAtHgXAlV8NwJZfBcCXbwZoVG8CfELoLThFnG9VMZ1AajyZrO4N1dWipAAuawpoNQu6m2B5wI+6WkO8EXIZ9SO4hLA7FtwA24AHDDEBM6gAMjOLwcEMWFQAGTnh0/YCoYvqSUA' +
  'smkPC1hjXuCsLQDtHBPgDQG+dBSTQu/T0KV+TrvzAWio0w4EOz9mAAAAAElFTkSuQmCC'

/** The same in black, of which macOS uses the shape alone. */
const TEMPLATE_ICON =
  'iVBORw0KGgoAAAANSUhEUgAAACAAAAAgCAYAAABzenr0AAAAt0lEQVR42u2XwQ2AIAxFvTmTEzgBo7ELEzABR28Mohxq0hALEtrCgZ/8gwT7HwWNbttSn06wuvZkl3yDHYwNCVeFoMJV' +
  'IGrhohB/w0UgWsPZIagDd6HrqzCv+zmnVhbQWCh06uQEwG3NAajt6n5RWQiw2Z5+AbwQ+B4xUQBqWgALgB3gSPbgQwCgWt+jgl4AoFqfvWBrffaWSgOwH9qpAGKyYXZsAZD2nABWEcCW' +
  'voCMsIf8ys2rB9P4FrS+mdTyAAAAAElFTkSuQmCC'

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
