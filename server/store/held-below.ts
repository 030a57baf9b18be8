import type { BigIntStats, Dirent } from 'node:fs'
import { lstat, opendir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { hasCode } from '../base/errors.ts'
import { fileIdentity } from '../base/file-identity.ts'
import { foldedName, STATE_FOLDER } from '../names/safe-path.ts'
import type { Held } from './chunk-store.ts'
import { type Folder, openFolder, type Spell } from './folder.ts'

/**
 * What the walk leaves out: other disks, where no upload can be, and the folder of the receiver itself, under whatever
 * name it is mounted.
 */
type Bounds = { readonly dev: bigint; readonly ownFolder: string | undefined }

/**
 * All files and folders below a folder, each folder before its content. The disk is asked one question at a time, so
 * that storing files is hardly slowed down. A file with several names is listed once for each name. Symbolic links, and
 * what they lead to, are not listed.
 *
 * @param spell how names are spelled on the way to the folder.
 * @param signal ends the walk with its reason.
 */
export async function* heldBelow(
  root: string,
  path: readonly string[],
  spell: Spell,
  signal: AbortSignal,
): AsyncGenerator<Held> {
  const top = await openFolder(root, path, spell).catch(notThere)
  if (top === undefined) return
  await top.close()
  const bounds = await boundsOf(root)
  const waiting: (readonly string[])[] = [[]]
  for (let below = waiting.pop(); below !== undefined; below = waiting.pop()) {
    const folder = await openFolder(root, [...top.path, ...below]).catch(notThere)
    if (folder === undefined) continue
    try {
      for await (const entry of await opendir(folder.at('.'))) {
        signal.throwIfAborted()
        const held = await heldAs(folder, entry, below, bounds)
        if (held?.kind === 'folder') waiting.push(held.path)
        if (held !== undefined) yield held
      }
    } catch (error) {
      notThere(error)
    } finally {
      await folder.close()
    }
  }
}

async function heldAs(
  folder: Folder,
  entry: Dirent,
  below: readonly string[],
  bounds: Bounds,
): Promise<Held | undefined> {
  if (!entry.isFile() && !entry.isDirectory()) return undefined
  if (foldedName(entry.name) === foldedName(STATE_FOLDER)) return undefined
  const stats = await statsAt(folder.at(entry.name))
  if (stats === undefined) return undefined
  if (stats.isFile()) return { kind: 'file', sizeBytes: Number(stats.size) }
  const isOutside = stats.dev !== bounds.dev || fileIdentity(stats) === bounds.ownFolder
  return stats.isDirectory() && !isOutside ? { kind: 'folder', path: [...below, entry.name] } : undefined
}

async function boundsOf(root: string): Promise<Bounds> {
  const { dev } = await stat(root, { bigint: true })
  const own = await statsAt(join(root, STATE_FOLDER))
  return { dev, ownFolder: own && fileIdentity(own) }
}

/** Undefined for what is gone. */
async function statsAt(path: string): Promise<BigIntStats | undefined> {
  return lstat(path, { bigint: true }).catch(notThere)
}

/**
 * For `catch`: the folder was removed meanwhile, became a link or a file, or is closed to the receiver. No upload can
 * be there.
 */
function notThere(error: unknown): undefined {
  if (hasCode(error, 'ENOENT', 'ENOTDIR', 'ELOOP', 'EACCES', 'EPERM', 'TARGET_EXISTS', 'STORAGE_NOT_WRITABLE'))
    return undefined
  throw error
}
