import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Debian's real program; its /usr/bin/chromium is a script that adds extensions and complains about its own flags. */
const DEBIAN_CHROMIUM = '/usr/lib/chromium/chromium'

const NAMES = [
  'chromium',
  'chromium-browser',
  'google-chrome',
  'google-chrome-stable',
  'microsoft-edge',
  'brave-browser',
] as const

/**
 * The Chromium-family browser to use, as a path: CHROMIUM_PATH when set (even if nothing is there, so that a wrong
 * value is reported rather than passed over), else Debian's chromium, else the first known name on PATH; undefined when
 * there is none.
 */
export function findChromium(
  env: Readonly<Record<string, string | undefined>> = process.env,
  isProgram: (path: string) => boolean = isExecutableFile,
): string | undefined {
  if (env.CHROMIUM_PATH) return env.CHROMIUM_PATH
  const folders = (env.PATH ?? '').split(delimiter).filter((folder) => folder !== '')
  const candidates = NAMES.flatMap((name) => folders.map((folder) => join(folder, name)))
  return [DEBIAN_CHROMIUM, ...candidates].find(isProgram)
}

/** Whether `path` is a file that this user may run. */
export function isExecutableFile(path: string): boolean {
  if (!statSync(path, { throwIfNoEntry: false })?.isFile()) return false
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    // Not executable for us: EACCES, or gone since the line above.
    return false
  }
}
