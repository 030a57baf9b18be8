import { hasCode } from '../base/errors.ts'
import { openFolder } from './folder.ts'
import { spellIn, type TakenNames } from './taken-names.ts'

/** The path as it is spelled below the root: a name that differs only by case or normalisation from one that is there is that one. */
export async function spelled(root: string, taken: TakenNames, path: readonly string[]): Promise<readonly string[]> {
  const spell = spellIn(taken)
  try {
    const folder = await openFolder(root, path.slice(0, -1), spell)
    try {
      return [...folder.path, await spell(folder, path.at(-1) ?? '')]
    } finally {
      await folder.close()
    }
  } catch (error) {
    // There is no such folder, so nothing in it is spelled in any other way.
    if (hasCode(error, 'ENOENT', 'TARGET_EXISTS')) return path
    throw error
  }
}
