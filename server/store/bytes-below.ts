import { lstat, opendir } from 'node:fs/promises'
import { join } from 'node:path'
import { hasCode } from '../errors.ts'

/** The sizes of all files below a folder together; no symbolic link is followed. Zero for a folder that is not there yet. */
export async function bytesBelow(folder: string): Promise<number> {
  let bytes = 0
  try {
    for await (const entry of await opendir(folder)) {
      const path = join(folder, entry.name)
      if (entry.isDirectory()) bytes += await bytesBelow(path)
      else if (entry.isFile()) bytes += await sizeOf(path)
    }
  } catch (error) {
    // Not there yet, or taken away meanwhile, or a file stands in its place.
    if (!hasCode(error, 'ENOENT', 'ENOTDIR')) throw error
  }
  return bytes
}

async function sizeOf(path: string): Promise<number> {
  try {
    return (await lstat(path)).size
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return 0
    throw error
  }
}
