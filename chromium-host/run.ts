/**
 * Stands in for the electron executable where its binary is missing: runs an unchanged, built Electron app with this
 * Node as its main process and an installed Chromium for its windows. It is found through ELECTRON_OVERRIDE_DIST_PATH,
 * so that `npx electron .` and Playwright's `_electron.launch()` work as they are.
 */
import inspector from 'node:inspector'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { app } from './browser/app.ts'
import { startBrowser } from './browser/browser.ts'
import { electron } from './modules/electron-module.ts'
import { refusePermissions } from './page/session.ts'
import { launch } from './program/launch.ts'
import { preload, provideElectron } from './program/provide-electron.ts'

/** The Electron whose behaviour is followed; libraries look for it to find out where they run. */
const ELECTRON_VERSION = '45.4.1'
/** An entry module that takes longer than this waits for something that cannot come, ms. */
const STALLED_MS = 5000

const { commandLine, appPackage, packaged } = launch

// Playwright waits for the line this prints.
if (commandLine.inspectPort !== undefined) inspector.open(commandLine.inspectPort, '127.0.0.1')
dressProcess()
provideElectron(electron)
for (const name of commandLine.preloaded) preload(name)
endOnSignals()
endOnErrors()
// The app lives until it quits, not until the event loop is empty.
setInterval(() => undefined, 2 ** 30)

await evaluateApp()
// Only now, so that app.setPath(), app.commandLine and the single-instance lock take effect first.
await startBrowser(join(app.getPath('sessionData'), 'chromium-host'), app.switches)
await refusePermissions()
app.becomeReady()

function dressProcess(): void {
  const versions = { ...process.versions, electron: ELECTRON_VERSION, chrome: '' }
  Object.defineProperty(process, 'versions', { value: versions })
  Object.assign(process, {
    type: 'browser',
    resourcesPath: join(appPackage.path, 'resources'),
    argv: [process.argv[1], ...commandLine.forApp],
    ...(!packaged && { defaultApp: true }),
  })
}

function endOnSignals(): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => app.quit())
}

/** Stricter than Electron, which shows a dialog and goes on: a test must not pass over such an error. */
function endOnErrors(): void {
  process.on('uncaughtException', (error) => {
    console.error('Uncaught exception in the main process:', error)
    app.exit(1)
  })
}

async function evaluateApp(): Promise<void> {
  const stalled = setTimeout(() => {
    console.error('The main module is still evaluating: a top-level `await app.whenReady()` never ends in Electron.')
  }, STALLED_MS)
  await import(/* @vite-ignore */ pathToFileURL(appPackage.main).href)
  clearTimeout(stalled)
}
