import { constants } from 'node:fs'
import { type FileHandle, link, lstat, open, rename, unlink } from 'node:fs/promises'
import { hasCode } from '../base/errors.ts'
import { fileIdentity, isSameFile } from '../base/file-identity.ts'
import { type Folder, openFolder } from './folder.ts'
import { makeFile } from './make-file.ts'
import type { Intent } from './publication.ts'
import type { TakenNames } from './taken-names.ts'

/** What is known of a small file that a crash may have taken. */
export type SmallFileToRestore = {
  readonly intent: Intent
  readonly modifiedAtMs: number
  readonly data: Buffer
  /** True when its sender may have been told that the file is stored, and the ledger still says so. */
  readonly wasFinished: boolean
  /** True when the machine was not started again: only the process ended, so the disk lost nothing. */
  readonly isSameBoot: boolean
}

/**
 * What became of a small file. `there`: it has its final name, perhaps restored. `never there`: it never had its name,
 * and its sender was not told that it has. `left alone`: a person moved, deleted or changed it since, and it stays so.
 */
export type Restored = 'there' | 'never there' | 'left alone'

/** Names in `.longshore/small` beside the final name: the second name of the file, and a name for writing it again. */
export type Aside = { readonly own: string; readonly spare: string }

/** See `StagedSmallFileStore.restore`. */
export async function restoreSmallFile(
  root: string,
  taken: TakenNames,
  aside: Aside,
  file: SmallFileToRestore,
  record: () => Promise<void>,
): Promise<Restored> {
  const path = file.intent.storedAs
  const fate = await fateIn(root, path, aside, file)
  if (fate === 'never there' || fate === 'left alone') return fate
  const folder = await openFolder(root, path.slice(0, -1), (parent, child) => taken.makeFolder(parent, child))
  const name = path.at(-1) ?? ''
  const claimed = await taken.claim(folder, name)
  try {
    const at = folder.at(name)
    if (fate !== 'whole') {
      await makeFile(aside.spare, file.modifiedAtMs, file.data, { durable: true })
      if (fate === 'spoilt') await rename(aside.spare, at)
      else await link(aside.spare, at).finally(() => unlink(aside.spare))
      await claimed.added(name)
    }
    await folder.sync()
    await record()
    return 'there'
  } finally {
    await claimed.release()
    await folder.close()
  }
}

type Fate = 'whole' | 'spoilt' | 'lost' | 'never there' | 'left alone'

/** What became of the file. Finding out makes nothing: a folder that a person removed stays removed. */
async function fateIn(root: string, path: readonly string[], aside: Aside, file: SmallFileToRestore): Promise<Fate> {
  let folder: Folder
  try {
    folder = await openFolder(root, path.slice(0, -1))
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return fateOfGone(aside.own, file)
    // A path to a folder of the receiver itself never was the place of a file.
    if (hasCode(error, 'BAD_NAME')) return 'left alone'
    // Its folder was replaced by a file or a link; a power cut may have taken the small file as well.
    if (!hasCode(error, 'TARGET_EXISTS', 'STORAGE_NOT_WRITABLE')) throw error
    const fate = await fateOfGone(aside.own, file)
    if (fate === 'lost') throw error
    return fate
  }
  try {
    const fate = await fateOf(folder.at(path.at(-1) ?? ''), file)
    return fate === 'gone' ? await fateOfGone(aside.own, file) : fate
  } finally {
    await folder.close()
  }
}

/** What has the final name: the whole file, a torn one, nothing, or something that a person put there. */
async function fateOf(
  at: string,
  { intent, modifiedAtMs, data, isSameBoot }: SmallFileToRestore,
): Promise<'whole' | 'spoilt' | 'gone' | 'left alone'> {
  const file = await openIfThere(at)
  if (file === undefined || file === 'no file') return file === undefined ? 'gone' : 'left alone'
  try {
    if (!isSameFile(fileIdentity(await file.stat({ bigint: true })), intent.fileIdentity)) return 'left alone'
    const { size, mtimeMs } = await file.stat()
    const isWhole = size === data.length && (await file.readFile()).equals(data)
    // After a crash of the process alone, the whole content was written before the name appeared: so a person changed
    // it.
    if (!isWhole && isSameBoot) return 'left alone'
    // A power cut may lose the bytes of a file and keep its times, or lose everything but its name.
    if (size > 0 && Math.abs(mtimeMs - modifiedAtMs) >= 1) return 'left alone'
    if (!isWhole) return 'spoilt'
    await file.sync()
    return 'whole'
  } finally {
    await file.close()
  }
}

/**
 * Why no file has the final name. A second name, beside it, was given before the first and is never taken away by a
 * person. So:
 *
 * - a file that has still another name was moved;
 * - a file that is whole and has no other name was deleted;
 * - when the second name is missing or its file is torn, the crash took both.
 */
async function fateOfGone(
  own: string,
  { intent, data, wasFinished, isSameBoot }: SmallFileToRestore,
): Promise<'lost' | 'never there' | 'left alone'> {
  const file = await openIfThere(own)
  if (file === undefined || file === 'no file') return 'lost'
  try {
    const stats = await file.stat({ bigint: true })
    if (!isSameFile(fileIdentity(stats), intent.fileIdentity)) return 'lost'
    if (stats.nlink > 1n) return 'left alone'
    if (!isSameBoot || !(await file.readFile()).equals(data)) return 'lost'
    return wasFinished ? 'left alone' : 'never there'
  } finally {
    await file.close()
  }
}

async function openIfThere(at: string): Promise<FileHandle | 'no file' | undefined> {
  try {
    if (!(await lstat(at)).isFile()) return 'no file'
    return await open(at, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0))
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined
    throw error
  }
}
