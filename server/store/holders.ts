import { lstat } from 'node:fs/promises'
import { hasCode } from '../base/errors.ts'
import type { Holder } from './chunk-store.ts'
import { type Folder, openFolder } from './folder.ts'
import { spellIn, type TakenNames } from './taken-names.ts'

/** What has each of these names in a folder below the root; see `ChunkStore.holders`. */
export async function holders(
  root: string,
  taken: TakenNames,
  path: readonly string[],
  names: readonly string[],
): Promise<readonly (Holder | undefined)[]> {
  let folder: Folder
  try {
    folder = await openFolder(root, path, spellIn(taken))
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return names.map(() => undefined)
    throw error
  }
  try {
    const spellings = await taken.spellingsOf(folder, names)
    return await Promise.all(
      spellings.map(async (spelling) => (spelling === undefined ? undefined : holderOf(folder.at(spelling)))),
    )
  } finally {
    await folder.close()
  }
}

async function holderOf(at: string): Promise<Holder | undefined> {
  try {
    const stats = await lstat(at)
    return stats.isFile() ? { kind: 'file', sizeBytes: stats.size } : { kind: 'other' }
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined
    throw error
  }
}
