import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createPackage } from '@electron/asar'
import { electronVersion } from './electron-binary.ts'

/**
 * Where Electron's executable keeps its fuses: a sentinel, the version of the layout, how many there are, and one digit
 * for each.
 */
const FUSE_SENTINEL = 'dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX'
const FUSES = 9

/**
 * Makes a folder that electron-builder takes for a downloaded Electron of Linux, with an executable that only has
 * fuses: what is packaged into it, and how its fuses are set, can be looked at where Electron itself cannot be
 * downloaded.
 */
export async function makeStandInElectron(folder: string): Promise<void> {
  mkdirSync(join(folder, 'resources'), { recursive: true })
  const fuses = Buffer.concat([Buffer.from(FUSE_SENTINEL), Buffer.from([1, FUSES]), Buffer.from('0'.repeat(FUSES))])
  writeFileSync(join(folder, 'electron'), Buffer.concat([Buffer.from('#!/bin/sh\nexit 1\n'), fuses]), { mode: 0o755 })
  writeFileSync(join(folder, 'version'), electronVersion())
  writeFileSync(join(folder, 'chrome-sandbox'), '', { mode: 0o755 })
  writeFileSync(join(folder, 'resources.pak'), '')
  copyFileSync(join(import.meta.dirname, '../node_modules/electron/LICENSE'), join(folder, 'LICENSE'))
  const empty = mkdtempSync(join(tmpdir(), 'longshore-empty-app-'))
  try {
    writeFileSync(join(empty, 'package.json'), '{}')
    await createPackage(empty, join(folder, 'resources/default_app.asar'))
  } finally {
    rmSync(empty, { recursive: true })
  }
}
