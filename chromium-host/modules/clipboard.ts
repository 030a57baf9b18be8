import type * as Electron from 'electron'
import { record } from '../program/calls.ts'
import { strict } from '../program/unimplemented.ts'

let text = ''

/** `electron.clipboard` for text, with promises as since Electron 44; it is the app's own, not the desktop's. */
export const clipboard = strict('clipboard', {
  readText: async () => text,
  async writeText(written) {
    text = written
    record('clipboard.writeText', written)
  },
  clear() {
    text = ''
  },
} satisfies Pick<Electron.Clipboard, 'readText' | 'writeText' | 'clear'>)
