import { constants } from 'node:fs'
import { link, lstat, open, rename, unlink } from 'node:fs/promises'
import { hasCode, receiveErrorFrom } from '../base/errors.ts'
import { fileIdentity, isSameFile } from '../base/file-identity.ts'
import { type Folder, openFolder } from './folder.ts'
import type { NameClaims } from './name-claims.ts'
import {
  type Claimed,
  giveName,
  type Intent,
  type Publication,
  type Settled,
  type StoredBefore,
  type Wish,
} from './publication.ts'
import type { TakenNames } from './taken-names.ts'

/** File systems keep times as coarse as this, ms. */
const COARSE_MS = 2_000

/**
 * Gives a part its final name below the root, by linking: other than renaming, linking fails when the name is taken, so
 * a file that another program puts there at the same moment is kept.
 */
export async function publish(
  root: string,
  taken: TakenNames,
  partPath: string,
  wish: Wish,
  publication: Publication,
): Promise<readonly string[]> {
  await stamp(partPath, wish)
  const fileIdentity = await identityOf(partPath)
  const folder = await openFolder(root, wish.path.slice(0, -1), (parent, child) => taken.makeFolder(parent, child))
  const claim = (path: readonly string[]) => claimIn(taken, folder, partPath, path.at(-1) ?? '')
  try {
    return await giveName({ fileIdentity, claim, drop: () => unlink(partPath) }, wish, publication)
  } finally {
    await folder.close()
  }
}

async function claimIn(taken: TakenNames, folder: Folder, partPath: string, name: string): Promise<Claimed> {
  const { spelling, mustHold, added, release } = await taken.claim(folder, name)
  return {
    path: [...folder.path, name],
    takenAs: async () => (spelling === undefined ? undefined : [...folder.path, spelling]),
    isStill: async (before) => spelling === name && (await isAsStored(folder.at(name), before)),
    mustHold,
    async give(storedAs, how) {
      const finalName = storedAs.at(-1) ?? ''
      if (how === 'replace') await replace(partPath, folder, finalName)
      else if (!(await linkUnlessTaken(partPath, folder, finalName))) return false
      await added(finalName)
      await folder.sync()
      if (how === 'add') await unlink(partPath)
      return true
    },
    release,
  }
}

/** Whether a file is the one that was stored: the same length, and the modification time that it was given. */
async function isAsStored(at: string, { sizeBytes, modifiedAtMs }: StoredBefore): Promise<boolean> {
  const stats = await lstat(at)
  const hasTime = modifiedAtMs === undefined || Math.abs(stats.mtimeMs - modifiedAtMs) <= COARSE_MS
  return stats.isFile() && stats.size === sizeBytes && hasTime
}

/**
 * Finds out how an announced publication ended, and completes it when the final name is there.
 *
 * @param record awaited when the name is there, while nobody else decides about it.
 */
export async function settle(
  root: string,
  claims: NameClaims,
  partPath: string,
  intent: Intent,
  record: () => Promise<void>,
): Promise<Settled> {
  const claim = await claims.claim(intent.storedAs)
  try {
    const part = await identityOf(partPath).catch(missing)
    const published = await identityOfPublished(root, intent.storedAs)
    if (published === undefined || !isSameFile(published, intent.fileIdentity))
      return part === undefined ? 'lost' : 'unpublished'
    const folder = await openFolder(root, intent.storedAs.slice(0, -1))
    await folder.sync().finally(() => folder.close())
    if (part !== undefined) await unlink(partPath)
    await record()
    return 'published'
  } finally {
    await claim.release()
  }
}

async function stamp(partPath: string, { sizeBytes, modifiedAtMs }: Wish): Promise<void> {
  const part = await open(partPath, constants.O_RDWR | (constants.O_NOFOLLOW ?? 0))
  try {
    // Bytes past the end were never verified: another program wrote them.
    if ((await part.stat()).size > sizeBytes) await part.truncate(sizeBytes)
    // The owner may read and change a published file, its group may read it, as far as the umask of the receiver
    // allows.
    await part.chmod(0o644 & ~process.umask())
    if (modifiedAtMs !== undefined) await part.utimes(new Date(), new Date(modifiedAtMs))
    await part.sync()
  } finally {
    await part.close()
  }
}

/** Gives a file a name in a folder as well; false when the name is taken. */
async function linkUnlessTaken(partPath: string, folder: Folder, name: string): Promise<boolean> {
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

/** For `catch`: that there is no such file is an answer; every other error is an error. */
function missing(error: unknown): undefined {
  if (hasCode(error, 'ENOENT', 'ENOTDIR')) return undefined
  throw error
}
