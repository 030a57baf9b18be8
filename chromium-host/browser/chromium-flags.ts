import type { Launch } from '../program/launch.ts'

/**
 * Flags that keep Chromium quiet: it asks nothing, connects to nobody by itself, and does not slow down a covered
 * window.
 */
const QUIET = [
  '--no-first-run',
  '--no-default-browser-check',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-quic',
  '--disable-extensions',
  '--disable-default-apps',
  '--disable-search-engine-choice-screen',
  '--disable-features=Translate,OptimizationHints,MediaRouter,AutofillServerCommunication,HttpsUpgrades',
  '--password-store=basic',
  '--disable-background-timer-throttling',
  '--disable-renderer-backgrounding',
  '--disable-gpu',
]

/** A page can connect to this machine only. */
const NO_NETWORK = '--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE localhost , EXCLUDE 127.0.0.1'

/** Switches of the app or its command line that mean the same here as in Electron. */
const CARRIED_OVER = ['lang', 'force-device-scale-factor', 'ozone-platform', 'remote-debugging-port']

export type FlagOptions = {
  /** Chromium's own profile folder, absolute. */
  readonly profile: string
  readonly headless: Launch['headless']
  readonly switches: ReadonlyMap<string, string>
  readonly env: Readonly<Record<string, string | undefined>>
  readonly isRoot: boolean
}

/** Flags that every Chromium process of this profile gets. */
export function chromiumFlags({ profile, headless, switches, env, isRoot }: FlagOptions): readonly string[] {
  const onWaylandOnly = env.WAYLAND_DISPLAY && !env.DISPLAY && !switches.has('ozone-platform')
  return [
    ...QUIET,
    NO_NETWORK,
    `--user-data-dir=${profile}`,
    // Modules of a page loaded from file:// are refused otherwise.
    '--allow-file-access-from-files',
    // Chromium's sandbox cannot start as root; --test-type keeps it from showing a bar about that in the window.
    ...(isRoot ? ['--no-sandbox', '--test-type'] : []),
    ...(headless ? ['--headless=new'] : []),
    ...(onWaylandOnly ? ['--ozone-platform=wayland'] : []),
    ...CARRIED_OVER.filter((name) => switches.has(name)).map((name) => `--${name}=${switches.get(name)}`),
  ]
}

/** Flags of the first process only, the one the host talks to. */
export const DRIVEN = ['--remote-debugging-pipe', '--no-startup-window'] as const

/** Without the flags that only the first process may get. */
export function withoutDriving(flags: readonly string[]): readonly string[] {
  return flags.filter((flag) => !flag.startsWith('--remote-debugging'))
}
