import { join } from 'node:path'
import { protocol } from 'electron'
import { listAssets, serveAsset, WINDOW_SCHEME } from './window-assets.ts'

/** Declares the page's own scheme as secure as https. Must be called before the app is ready. */
export function registerWindowScheme(): void {
  const privileges = { standard: true, secure: true, supportFetchAPI: true, corsEnabled: true }
  protocol.registerSchemesAsPrivileged([{ scheme: WINDOW_SCHEME, privileges }])
}

/** Serves the built window, and nothing else, under its scheme. Throws when the window was not built. */
export function serveWindow(): void {
  const assets = listAssets(join(import.meta.dirname, '../renderer'))
  protocol.handle(WINDOW_SCHEME, ({ url }) => serveAsset(url, assets))
}
