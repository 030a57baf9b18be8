import { join } from 'node:path'
import { BrowserWindow, screen, session } from 'electron'
import type { WindowBounds } from '../settings/settings.ts'
import { WINDOW_URL } from './window-assets.ts'
import { onScreen } from './window-bounds.ts'

/** A page that crashes again this soon after it was loaded anew would go on crashing. */
const CRASH_LOOP_MS = 10_000

/** What a page may do besides: put text on the clipboard when a button is pressed. */
const GRANTED = 'clipboard-sanitized-write'

/**
 * Refuses every other permission (camera, location, reading the clipboard …) to every page. Must be called once the app
 * is ready.
 */
export function refusePermissions(): void {
  session.defaultSession.setPermissionRequestHandler((_contents, permission, decide) => decide(permission === GRANTED))
  session.defaultSession.setPermissionCheckHandler((_contents, permission) => permission === GRANTED)
}

/** Opens the app's window where it was left. `onLeave` is told its place when it closes. */
export function openWindow(saved: WindowBounds | undefined, onLeave: (bounds: WindowBounds) => void): BrowserWindow {
  const areas = screen.getAllDisplays().map(({ workArea }) => workArea)
  const window = new BrowserWindow({
    width: 900,
    height: 640,
    ...(saved && onScreen(saved, areas)),
    minWidth: 480,
    minHeight: 400,
    title: 'Longshore',
    show: false,
    webPreferences: {
      preload: join(import.meta.dirname, 'preload.cjs'),
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      webviewTag: false,
      spellcheck: false,
    },
  })
  window.once('ready-to-show', () => window.show())
  window.on('close', () => onLeave(window.getNormalBounds()))
  keepToItsPage(window)
  reloadAfterCrash(window)
  loadPage(window)
  return window
}

/** The window shows one page for all its life: no navigation, no second window, no embedded page. */
function keepToItsPage({ webContents }: BrowserWindow): void {
  webContents.setWindowOpenHandler(() => ({ action: 'deny' }))
  webContents.on('will-navigate', (event) => event.preventDefault())
  webContents.on('will-redirect', (event) => event.preventDefault())
  webContents.on('will-frame-navigate', (event) => event.preventDefault())
  webContents.on('will-attach-webview', (event) => event.preventDefault())
}

function loadPage(window: BrowserWindow): void {
  // Rejects when the window is closed before the page has come: then nobody misses it.
  window.loadURL(WINDOW_URL).catch(() => undefined)
}

function reloadAfterCrash(window: BrowserWindow): void {
  let crashedAtMs = Number.NEGATIVE_INFINITY
  window.webContents.on('render-process-gone', (_event, { reason }) => {
    if (reason === 'clean-exit' || window.isDestroyed()) return
    const now = performance.now()
    // Uploads live in the main process: a page that is loaded again shows them as they are.
    if (now - crashedAtMs > CRASH_LOOP_MS) loadPage(window)
    crashedAtMs = now
  })
}
