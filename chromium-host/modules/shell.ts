import { spawn } from 'node:child_process'
import { dirname } from 'node:path'
import type * as Electron from 'electron'
import { record } from '../program/calls.ts'
import { launch } from '../program/launch.ts'
import { strict } from '../program/unimplemented.ts'

/** Opens a file, folder or URL with the desktop's own program for it; resolves with '' or with what went wrong. */
function openWithDesktop(target: string): Promise<string> {
  // Without windows there is nobody to open anything for.
  if (launch.headless) return Promise.resolve('')
  return new Promise((resolve) => {
    const opener = spawn('xdg-open', [target], { stdio: 'ignore' })
    opener.once('error', ({ message }) => resolve(`xdg-open could not be started: ${message}`))
    opener.once('exit', (code) => resolve(code === 0 ? '' : `xdg-open failed with exit code ${code}`))
  })
}

/** `electron.shell`: through xdg-open, and recorded; recorded only when headless. */
export const shell = strict('shell', {
  async openExternal(url) {
    record('shell.openExternal', url)
    const failure = await openWithDesktop(url)
    if (failure) throw new Error(failure)
  },
  async openPath(path) {
    record('shell.openPath', path)
    return openWithDesktop(path)
  },
  showItemInFolder(fullPath) {
    record('shell.showItemInFolder', fullPath)
    void openWithDesktop(dirname(fullPath)).then((failure) => failure && console.error(failure))
  },
  beep: () => record('shell.beep'),
} satisfies Pick<Electron.Shell, 'openExternal' | 'openPath' | 'showItemInFolder' | 'beep'>)
