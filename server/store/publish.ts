import { link, lstat, open, rename, unlink } from 'node:fs/promises'
import { hasCode, ReceiveError, receiveErrorFrom } from '../errors.ts'
import { numbered } from '../safe-path.ts'
import type { Intent, Settled, Wish } from './chunk-store.ts'
import { fileIdentity, isSameFile } from './file-identity.ts'
import { type Folder, openFolder } from './folder.ts'
import type { TakenNames } from './taken-names.ts'

/** How many files may share a name and a number before the sender is told to choose another name. */
const MAX_NUMBER = 10_000

/**
 * Gives a part its final name below the root. Linking, unlike renaming, fails when the name is taken, so two uploads that finish at the same
 * moment under the same name are both kept.
 */
export async function publish(
  root: string,
  taken: TakenNames,
  partPath: string,
  wish: Wish,
  announce: (intent: Intent) => Promise<void>,
): Promise<readonly string[]> {
  const name = wish.path.at(-1) ?? ''
  const numbers = wish.onConflict === 'KEEP_BOTH' ? MAX_NUMBER : 1
  await stamp(partPath, wish)
  const fileIdentity = await identityOf(partPath)
  const folder = await openFolder(root, wish.path.slice(0, -1), (parent, child) => taken.makeFolder(parent, child))
  try {
    for (let number = 1; number <= numbers; number++) {
      const candidate = number === 1 ? name : numbered(name, number)
      const storedAs = await taken.inTurn(folder, candidate, async () => {
        const spelling = await taken.spellingOf(folder, candidate)
        if (spelling !== undefined && wish.onConflict !== 'OVERWRITE') return undefined
        const finalName = spelling ?? candidate
        const path = [...folder.path, finalName]
        await announce({ storedAs: path, fileIdentity })
        if (wish.onConflict === 'OVERWRITE') await replace(partPath, folder, finalName)
        else if (!(await linkUnlessTaken(partPath, folder, finalName))) return undefined
        await taken.add(folder, finalName)
        return path
      })
      if (storedAs === undefined) continue
      await folder.sync()
      if (wish.onConflict !== 'OVERWRITE') await unlink(partPath)
      return storedAs
    }
    throw new ReceiveError('TARGET_EXISTS', `"${wish.path.join('/')}" exists already.`)
  } finally {
    await folder.close()
  }
}

/** Finds out how an announced publication ended and completes it when its name is there. */
export async function settle(root: string, partPath: string, intent: Intent): Promise<Settled> {
  const part = await identityOf(partPath).catch(missing)
  const published = await identityOfPublished(root, intent.storedAs)
  if (published !== undefined && isSameFile(published, intent.fileIdentity)) {
    const folder = await openFolder(root, intent.storedAs.slice(0, -1))
    await folder.sync().finally(() => folder.close())
    if (part !== undefined) await unlink(partPath)
    return 'published'
  }
  return part === undefined ? 'lost' : 'unpublished'
}

async function stamp(partPath: string, { sizeBytes, modifiedAtMs }: Wish): Promise<void> {
  const part = await open(partPath, 'r+')
  try {
    // What is past the end was never verified; somebody else put it there.
    if ((await part.stat()).size > sizeBytes) await part.truncate(sizeBytes)
    // A published file is for its owner and group to read and the owner to change, as far as the umask of the receiver agrees.
    await part.chmod(0o644 & ~process.umask())
    if (modifiedAtMs !== undefined) await part.utimes(new Date(), new Date(modifiedAtMs))
    await part.sync()
  } finally {
    await part.close()
  }
}

/** Gives a file a name in a folder as well; false when the name is taken. */
export async function linkUnlessTaken(partPath: string, folder: Folder, name: string): Promise<boolean> {
  try {
    await link(partPath, folder.at(name))
    return true
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false
    throw error
  }
}

/** Renaming replaces a symbolic link itself, not what it points to, and never a folder. */
async function replace(partPath: string, folder: Folder, name: string): Promise<void> {
  try {
    await rename(partPath, folder.at(name))
  } catch (error) {
    if (hasCode(error, 'EISDIR', 'ENOTEMPTY', 'EEXIST')) {
      throw receiveErrorFrom(error, 'TARGET_EXISTS', `"${name}" exists and is a folder.`)
    }
    throw error
  }
}

async function identityOfPublished(root: string, path: readonly string[]): Promise<string | undefined> {
  const folder = await openFolder(root, path.slice(0, -1)).catch(missing)
  if (folder === undefined) return undefined
  return identityOf(folder.at(path.at(-1) ?? ''))
    .catch(missing)
    .finally(() => folder.close())
}

async function identityOf(path: string): Promise<string> {
  return fileIdentity(await lstat(path, { bigint: true }))
}

/** For `catch`: nothing of that name is an answer, everything else is an error. */
function missing(error: unknown): undefined {
  if (hasCode(error, 'ENOENT', 'ENOTDIR')) return undefined
  throw error
}
