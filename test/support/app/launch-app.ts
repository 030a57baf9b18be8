import type { ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type * as Electron from 'electron'
import { _electron, type ElectronApplication, type Page } from 'playwright-core'
import { electronBinary } from '../../../scripts/electron-binary.ts'

const ROOT = join(import.meta.dirname, '../../..')
const LAUNCH_MS = 30_000
const EXIT_MS = 10_000

export type LaunchOptions = {
  /** Folder with package.json. Default: this checkout. */
  readonly app?: string
  /** User data of the app. Default: a fresh folder, removed by `close`; one given is left alone. */
  readonly home?: string
  /** Shows real windows, on DISPLAY. Default: false. */
  readonly headed?: boolean
  /** The app's own arguments. */
  readonly args?: readonly string[]
  readonly env?: Readonly<Record<string, string>>
}

/** A running app, in Electron where its binary is there, else in the Chromium host. */
export type LaunchedApp = {
  readonly host: 'electron' | 'chromium'
  readonly electronApp: ElectronApplication
  readonly page: Page
  readonly process: ChildProcess
  readonly home: string
  /** Runs `run` in the main process, with the `electron` module. */
  main<Result, Argument>(
    run: (electron: typeof Electron, argument: Argument) => Result | Promise<Result>,
    argument: Argument,
  ): Promise<Result>
  /** Drops files and folders, by absolute path, on the middle of `selector`. Wait for a visible effect afterwards. */
  dropFiles(paths: readonly string[], selector: string): Promise<void>
  /** From now on open dialogs choose `paths`; none: they are cancelled. */
  stubOpenDialog(paths: readonly string[]): Promise<void>
  /** Tells the app that the computer falls asleep, or wakes up. */
  suspend(): Promise<void>
  resume(): Promise<void>
  /** Everything the app wrote so far. */
  logs(): string
  /** Resolves with the exit code once the app has ended by itself; rejects after ten seconds. */
  closed(): Promise<number | null>
  /** Quits the app if it still runs, and removes its folder. */
  close(): Promise<void>
}

/** Starts the built app, with user data of its own. Rejects with what the app wrote when no window appears. */
export async function launchApp(options: LaunchOptions = {}): Promise<LaunchedApp> {
  const home = options.home ?? mkdtempSync(join(tmpdir(), 'longshore-app-'))
  const host = electronBinary() ? 'electron' : 'chromium'
  // Playwright asks the electron package where the executable is, in this process.
  if (host === 'chromium') process.env.ELECTRON_OVERRIDE_DIST_PATH = join(ROOT, 'chromium-host')
  const removeHome = (): void => {
    if (!options.home) rmSync(home, { recursive: true, force: true, maxRetries: 5 })
  }
  try {
    const electronApp = await _electron.launch({
      args: [options.app ?? ROOT, ...(options.args ?? [])],
      cwd: ROOT,
      env: environment(home, options),
      timeout: LAUNCH_MS,
    })
    return await controlsOf(electronApp, host, home, removeHome)
  } catch (error) {
    // The app ended before it showed a window, or did not show one in time.
    removeHome()
    throw error
  }
}

function environment(home: string, { headed = false, env = {} }: LaunchOptions): Record<string, string> {
  const inherited = Object.entries(process.env).filter((entry): entry is [string, string] => entry[1] !== undefined)
  return {
    ...Object.fromEntries(inherited),
    LONGSHORE_USER_DATA: home,
    XDG_CONFIG_HOME: home,
    // A test says nothing on the networks of the machine it runs on.
    LONGSHORE_DISCOVERY: 'off',
    ...(!headed && { LONGSHORE_HOST_HEADLESS: '1' }),
    ...env,
  }
}

async function controlsOf(
  electronApp: ElectronApplication,
  host: LaunchedApp['host'],
  home: string,
  removeHome: () => void,
): Promise<LaunchedApp> {
  const child = electronApp.process()
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (bytes) => {
      output += bytes
    })
  }
  const page = await electronApp.firstWindow()
  // A window is there before its document.
  await page.waitForURL(({ href }) => !/^(about|data):/.test(href))
  await page.waitForLoadState()

  const main: LaunchedApp['main'] = (run, argument) =>
    electronApp.evaluate(run as Parameters<ElectronApplication['evaluate']>[0], argument) as never
  const emitPower = (event: string): Promise<void> =>
    main(({ powerMonitor }, name) => void (powerMonitor as NodeJS.EventEmitter).emit(name), event)

  return {
    host,
    electronApp,
    page,
    process: child,
    home,
    main,
    dropFiles: (paths, selector) => dropFiles(page, paths, selector),
    stubOpenDialog: (paths) =>
      main(
        ({ dialog }, filePaths) => {
          dialog.showOpenDialog = async () => ({ canceled: filePaths.length === 0, filePaths })
        },
        [...paths],
      ),
    suspend: () => emitPower('suspend'),
    resume: () => emitPower('resume'),
    logs: () => output,
    closed: () => exitOf(child),
    async close() {
      if (child.exitCode === null && child.signalCode === null) await electronApp.close()
      removeHome()
    },
  }
}

async function dropFiles(page: Page, paths: readonly string[], selector: string): Promise<void> {
  const box = await page.locator(selector).boundingBox()
  if (!box) throw new Error(`${selector} is not visible`)
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2]
  const data = { items: [], files: [...paths], dragOperationsMask: 1 }
  const cdp = await page.context().newCDPSession(page)
  for (const type of ['dragEnter', 'dragOver', 'drop'] as const) {
    await cdp.send('Input.dispatchDragEvent', { type, x, y, data })
  }
  await cdp.detach()
}

async function exitOf(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode
  return new Promise((resolve, reject) => {
    const impatience = setTimeout(() => reject(new Error('The app still runs')), EXIT_MS)
    child.once('exit', (code) => {
      clearTimeout(impatience)
      resolve(code)
    })
  })
}
