import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const PACKAGE = join(import.meta.dirname, '../node_modules/electron')

/**
 * Electron's own executable, or undefined where it has not been downloaded. Looks at the files only: importing electron
 * outside Electron would start the download.
 */
export function electronBinary(): string | undefined {
  const pathFile = join(PACKAGE, 'path.txt')
  if (!existsSync(pathFile)) return undefined
  const binary = join(PACKAGE, 'dist', readFileSync(pathFile, 'utf8').trim())
  return existsSync(binary) ? binary : undefined
}

/** The Electron version this checkout uses, as in `45.4.1`. */
export function electronVersion(): string {
  return JSON.parse(readFileSync(join(PACKAGE, 'package.json'), 'utf8')).version
}
