import { lstat, opendir } from 'node:fs/promises'
import { hasCode } from '../base/errors.ts'

/** The parts in a folder, by their fileId. */
export async function* listParts(folder: string): AsyncGenerator<string> {
  for await (const { name } of await opendir(folder)) {
    const fileId = /^([0-9a-z]+)\.part$/.exec(name)?.[1]
    if (fileId !== undefined) yield fileId
  }
}

/** When the bytes of a part changed last, milliseconds since 1970; undefined when it is not there. */
export async function changedAtMs(partPath: string): Promise<number | undefined> {
  try {
    // Not the modification time: that is the source's when a publication was tried.
    return (await lstat(partPath)).ctimeMs
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined
    throw error
  }
}
