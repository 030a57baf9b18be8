import { readdirSync } from 'node:fs'
import { join } from 'node:path'

/** The files of a folder and of its folders, each with its path. */
export function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
}
