import { execFile } from 'node:child_process'
import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import { promisify } from 'node:util'
import { hasCode } from '../base/errors.ts'
import { WARILY } from '../state-folder/open-warily.ts'
import { openFolder } from './folder.ts'

const run = promisify(execFile)

/** One sync of the whole disk where the system has a command for it, which for many files is much less work than one of each. */
export async function syncAll(root: string, paths: readonly (readonly string[])[]): Promise<void> {
  if (process.platform === 'linux') {
    try {
      await run('sync', ['-f', root])
      return
    } catch (error) {
      // Without the command, or where it fails, each file tells by itself.
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
  // Whatever somebody put in its place by now does not hold the receiver up.
  const file = await open(at, constants.O_RDONLY | WARILY).catch((error) => {
    // Whoever took it away has it.
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
