import { readFileSync } from 'node:fs'
import type * as Electron from 'electron'

/** The preload script of a window. */
export type Preload = { readonly path: string; readonly source: string }

/** Options that would weaken the isolation of a page, each with the only value that the host accepts. */
const WALLS = {
  nodeIntegration: false,
  nodeIntegrationInWorker: false,
  nodeIntegrationInSubFrames: false,
  contextIsolation: true,
  sandbox: true,
  webSecurity: true,
  allowRunningInsecureContent: false,
  experimentalFeatures: false,
  webviewTag: false,
} satisfies Electron.WebPreferences

/** Throws when `preferences` ask for less isolation than the host gives; saying nothing means all of it. */
export function checkWebPreferences(preferences: Electron.WebPreferences): void {
  for (const [name, safe] of Object.entries(WALLS)) {
    const asked = preferences[name as keyof typeof WALLS]
    if (asked !== undefined && asked !== safe) {
      throw new Error(`webPreferences.${name}: ${asked} is unsafe and not implemented in the Chromium host`)
    }
  }
}

/** Reads the preload script; without one there is nothing to run. Throws when the file is missing. */
export function readPreload({ preload }: Electron.WebPreferences): Preload {
  return preload === undefined ? { path: '', source: '' } : { path: preload, source: readFileSync(preload, 'utf8') }
}
