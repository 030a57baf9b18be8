import { constants, existsSync } from 'node:fs'
import { type FileHandle, lstat, mkdir, open } from 'node:fs/promises'
import { join } from 'node:path'
import { hasCode, ReceiveError } from '../errors.ts'

/** A folder that stays the same one while it is open, whatever happens to its name. */
export interface Folder {
  /** Where something of this name in the folder is. */
  at(name: string): string
  /** Resolves when names that were added, changed or removed here survive a power cut. */
  sync(): Promise<void>
  close(): Promise<void>
}

/** On Linux a name can be looked up in an open folder, so a folder that is swapped for a symbolic link meanwhile leads nowhere. */
const canLookUpInOpenFolder = process.platform === 'linux' && existsSync('/proc/self/fd')
/** Windows opens no folders; there each one is only looked at, and its names are as durable as NTFS makes them. */
const canOpenFolders = process.platform !== 'win32'

/**
 * Opens the folder at a path below the root, one component after another, following no symbolic link but the root itself.
 *
 * @param make makes the folders that are missing, each durable before the next.
 * @throws ReceiveError TARGET_EXISTS where a file stands in the way, STORAGE_NOT_WRITABLE where a symbolic link does; ENOENT as the system
 * threw it when a folder is missing and `make` is false.
 */
export async function openFolder(root: string, components: readonly string[], make: boolean): Promise<Folder> {
  let folder = await openOne(root, constants.O_RDONLY)
  for (const name of components) {
    const parent = folder
    try {
      if (make) await makeIn(parent, name)
      folder = await openOne(parent.at(name), constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0), name)
    } finally {
      await parent.close()
    }
  }
  return folder
}

async function makeIn(parent: Folder, name: string): Promise<void> {
  try {
    await mkdir(parent.at(name))
    await parent.sync()
  } catch (error) {
    // Something of that name is there; whether it is a folder shows when it is opened.
    if (!hasCode(error, 'EEXIST')) throw error
  }
}

async function openOne(path: string, flags: number, name?: string): Promise<Folder> {
  if (!canOpenFolders) {
    if (name !== undefined && !(await lstat(path)).isDirectory()) throw await notAFolder(path, name)
    return { at: (child) => join(path, child), sync: async () => {}, close: async () => {} }
  }
  let handle: FileHandle
  try {
    handle = await open(path, flags | constants.O_DIRECTORY)
  } catch (error) {
    if (name !== undefined && hasCode(error, 'ENOTDIR', 'ELOOP')) throw await notAFolder(path, name)
    throw error
  }
  const base = canLookUpInOpenFolder ? `/proc/self/fd/${handle.fd}` : path
  return { at: (child) => join(base, child), sync: () => handle.sync(), close: () => handle.close() }
}

async function notAFolder(path: string, name: string): Promise<ReceiveError> {
  const isLink = (await lstat(path)).isSymbolicLink()
  return isLink
    ? new ReceiveError('STORAGE_NOT_WRITABLE', `"${name}" is a symbolic link, and the receiver follows none.`)
    : new ReceiveError('TARGET_EXISTS', `"${name}" exists and is not a folder.`)
}
