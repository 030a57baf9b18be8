import { execFile } from 'node:child_process'
import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { hasCode } from '../errors.ts'
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
  const folders = new Map<string, readonly string[]>()
  for (const path of paths) {
    const folder = path.slice(0, -1)
    folders.set(folder.join('/'), folder)
    await syncFile(root, path)
  }
  for (const path of folders.values()) {
    const folder = await openFolder(root, path)
    try {
      await folder.sync()
    } finally {
      await folder.close()
    }
  }
}

async function syncFile(root: string, path: readonly string[]): Promise<void> {
  const file = await open(join(root, ...path), constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0)).catch((error) => {
    // Whoever took it away has it.
    if (hasCode(error, 'ENOENT', 'ELOOP')) return undefined
    throw error
  })
  await file?.sync().finally(() => file.close())
}
