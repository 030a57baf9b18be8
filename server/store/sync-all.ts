import { execFile } from 'node:child_process'
import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import { promisify } from 'node:util'
import { hasCode } from '../base/errors.ts'
import { WARILY } from '../state-folder/open-warily.ts'
import { openFolder } from './folder.ts'

const run = promisify(execFile)

/**
 * Syncs the whole disk once where the system has a command for it: for many files that is much less work than syncing
 * each.
 */
export async function syncAll(root: string, paths: readonly (readonly string[])[]): Promise<void> {
  if (process.platform === 'linux') {
    try {
      await run('sync', ['-f', root])
      return
    } catch (error) {
      // Without the command, or when it fails, each file is synced by itself.
      if (!(error instanceof Error)) throw error
    }
  }
  const folders = new Map<string, { readonly path: readonly string[]; readonly names: string[] }>()
  for (const path of paths) {
    const parent = path.slice(0, -1)
    const folder = folders.get(parent.join('/')) ?? { path: parent, names: [] }
    folders.set(parent.join('/'), folder)
    folder.names.push(path.at(-1) ?? '')
  }
  for (const { path, names } of folders.values()) {
    const folder = await openFolder(root, path)
    try {
      for (const name of names) await syncFile(folder.at(name))
      await folder.sync()
    } finally {
      await folder.close()
    }
  }
}

async function syncFile(at: string): Promise<void> {
  // A FIFO or a link in its place must not block the receiver.
  const file = await open(at, constants.O_RDONLY | WARILY).catch((error) => {
    // It was moved or deleted since; then there is nothing to sync.
    if (hasCode(error, 'ENOENT', 'ELOOP')) return undefined
    throw error
  })
  if (file === undefined) return
  try {
    if ((await file.stat()).isFile()) await file.sync()
  } finally {
    await file.close()
  }
}
