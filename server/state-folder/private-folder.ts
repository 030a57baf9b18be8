import { randomBytes } from 'node:crypto'
import { constants, type Stats } from 'node:fs'
import { type FileHandle, lstat, mkdir, open, rmdir, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { hasCode, type ReceiveError } from '../base/errors.ts'
import { accessError, chownOf, EVERYBODY_WRITES, notBelieved, OTHERS_ALL, OTHERS_WRITE, shownMode } from './doubt.ts'
import { commandAs, isBelieved, isRoot, newOwner, thisUser, userOf } from './owner.ts'
import { isReceiversAlone } from './state-names.ts'

/** What a folder was, and came to be: whose it is and its mode. */
export type Closed = { readonly modeBefore: number; readonly stats: Pick<Stats, 'uid' | 'mode'> }

/**
 * What a folder is for. `state`: keys, codes and devices. `place`: what belongs to the received files, which is no more
 * secret than they are.
 */
export type FolderUse = 'state' | 'place'

/** Changes the mode of an open folder; tests have file systems that keep none. */
export type ChangeMode = (folder: FileHandle, mode: number) => Promise<void>

const changeMode: ChangeMode = (folder, mode) => folder.chmod(mode)
/** How a folder is opened; Windows has no such flag. */
const FOLDER = constants.O_RDONLY | (constants.O_DIRECTORY ?? 0)

/**
 * Makes a folder that only its owner may look into, inside another one of the same owner, also when it was there and
 * others could.
 *
 * @throws ReceiveError STORAGE_NOT_WRITABLE when it belongs to somebody else or is a symbolic link.
 */
export async function makePrivateFolder(path: string): Promise<void> {
  const made = foldersFrom(await mkdir(path, { recursive: true, mode: 0o700 }), path)
  if (thisUser() === undefined) return
  for (const folder of made) await giveAway(folder)
  await using(await openOwn(path, constants.O_NOFOLLOW), async (folder) => {
    const { uid, mode } = await folder.stat()
    const owner = newOwner()
    // Earlier versions left what the administrator made to him.
    if (owner !== undefined && uid === 0) await folder.chown(owner.uid, owner.gid)
    else if (!isBelieved(uid)) throw belongsTo(path, uid)
    if ((mode & OTHERS_ALL) === 0) return
    await folder.chmod(0o700).catch((error: unknown) => {
      throw hasCode(error, 'EPERM', 'EACCES') ? accessError(path, error) : error
    })
  })
}

/** The folders from the first that was made to the last, outermost first; none when none was made. */
export function foldersFrom(first: string | undefined, last: string): string[] {
  const folders: string[] = []
  if (first === undefined) return folders
  for (let path = last; path.length >= first.length; path = dirname(path)) folders.unshift(path)
  return folders
}

/**
 * Closes a folder in which a receiver keeps what is its own, so that no other user can look into it.
 *
 * @param use a `place` may lie on a file system that keeps no owners or permissions: then it stays as open as what is
 * received there, which `stats` say.
 * @throws ReceiveError STORAGE_NOT_WRITABLE, with a sentence that says what to do, when it belongs to somebody else or
 * cannot be closed.
 */
export async function closeFolder(path: string, use: FolderUse, change: ChangeMode = changeMode): Promise<Closed> {
  const self = thisUser()
  if (self === undefined) return { modeBefore: 0o700, stats: { uid: 0, mode: 0o700 } }
  return using(await openOwn(path, use === 'place' ? constants.O_NOFOLLOW : 0), async (folder) => {
    const before = await folder.stat()
    if (!isBelieved(before.uid) && (await ownerOfNew(path)) === self) throw belongsTo(path, before.uid)
    const isOurs = before.uid === self || before.uid === newOwner()?.uid
    const isShared = use === 'state' && isOurs && (before.mode & OTHERS_ALL) !== 0 && !(await isReceiversAlone(path))
    if (isShared && (before.mode & OTHERS_WRITE) !== 0) throw hasOtherThings(path, before.mode)
    if ((before.mode & OTHERS_ALL) !== 0 && isOurs && !isShared) await change(folder, 0o700).catch(ifNotKept)
    const stats = await folder.stat()
    if (use === 'place') return { modeBefore: before.mode, stats }
    // A folder of root's, as the top of a volume is, is closed to all but the group that it was made for.
    const isOpen = (stats.mode & (isOurs && !isShared ? OTHERS_ALL : EVERYBODY_WRITES)) !== 0
    if (isOpen && !isOurs && (await ownerOfNew(path)) === self) throw belongsTo(path, stats.uid)
    if (isOpen) throw keepsNoModes(path, stats.mode)
    const kept = (await knownIn(path)) ?? (await newIn(path))
    if (kept !== undefined && kept.uid !== self) throw keepsNoOwners(path, kept.uid)
    if (kept !== undefined && (kept.mode & OTHERS_ALL) !== 0) throw keepsNoModes(path, kept.mode)
    return { modeBefore: before.mode, stats }
  })
}

/**
 * What a file that this user makes in a folder, for itself alone, comes to be there; undefined where none can be made
 * now. The file is gone again.
 */
async function newIn(folder: string): Promise<Pick<Stats, 'uid' | 'mode'> | undefined> {
  const path = join(folder, `.probe-${randomBytes(8).toString('hex')}`)
  try {
    return await using(await open(path, 'wx', 0o600), (file) => file.stat())
  } catch (error) {
    if (hasCode(error, 'EROFS', 'ENOSPC', 'EDQUOT')) return undefined
    throw hasCode(error, 'EACCES', 'EPERM') ? accessError(folder, error) : error
  } finally {
    await unlink(path).catch(() => 'not made')
  }
}

/** The same, where there is such a file already, so that nothing is changed while another receiver may be there. */
async function knownIn(folder: string): Promise<Pick<Stats, 'uid' | 'mode'> | undefined> {
  const stats = await lstat(join(folder, 'receiver-id')).catch(() => undefined)
  return stats?.uid === thisUser() && ((stats?.mode ?? OTHERS_ALL) & OTHERS_ALL) === 0 ? stats : undefined
}

/** Whose a file is that this user makes in a folder; the user itself where it may make none. */
async function ownerOfNew(folder: string): Promise<number | undefined> {
  try {
    return (await newIn(folder))?.uid ?? thisUser()
  } catch (error) {
    if (hasCode(error, 'STORAGE_NOT_WRITABLE')) return thisUser()
    throw error
  }
}

/**
 * Makes the folder in which a receiver keeps its state, for a command that changes something there, or closes the one
 * that there is.
 *
 * @returns whether others could look into it until now.
 * @throws what {@link closeFolder} throws.
 */
export async function openStateFolder(path: string): Promise<boolean> {
  const made = foldersFrom(await mkdir(path, { recursive: true, mode: 0o700 }), path)
  for (const folder of made) await giveAway(folder)
  const { modeBefore, stats } = await closeFolder(path, 'state').catch(async (error: unknown) => {
    for (const folder of made.reverse()) await rmdir(folder).catch(() => 'in use, or gone')
    throw error
  })
  return (modeBefore & OTHERS_ALL) !== 0 && stats.mode !== modeBefore
}

/** Gives what the administrator made for somebody else to that user. */
async function giveAway(path: string): Promise<void> {
  const owner = newOwner()
  if (owner !== undefined)
    await using(await openOwn(path, constants.O_NOFOLLOW), (it) => it.chown(owner.uid, owner.gid))
}

async function openOwn(path: string, more: number): Promise<FileHandle> {
  try {
    return await open(path, FOLDER | more)
  } catch (error) {
    if (hasCode(error, 'EACCES', 'EPERM')) throw accessError(path, error)
    if (hasCode(error, 'ENOTDIR', 'ELOOP'))
      throw notBelieved(`${path} is not believed, because it is no folder, or a symbolic link to one. Move it away.`)
    throw error
  }
}

async function using<T>(file: FileHandle, task: (file: FileHandle) => Promise<T>): Promise<T> {
  try {
    return await task(file)
  } finally {
    await file.close()
  }
}

/** For `catch`: a file system that keeps no permissions may refuse to change them, which the next look tells. */
function ifNotKept(error: unknown): void {
  if (!hasCode(error, 'EPERM', 'EACCES', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EINVAL', 'EROFS')) throw error
}

function belongsTo(path: string, uid: number): ReceiveError {
  const self = thisUser() ?? 0
  const remedy = isRoot()
    ? `Run this as that user, \`${commandAs(uid)} longshore …\`, or, if the receiver is to run as root and you know what is there, \`${chownOf(path, '-R ')}\` first; else move it away.`
    : `Run this as that user, or, if what is there is yours, \`${chownOf(path, '-R ')}\` as root; else move it away.`
  return notBelieved(`${path} belongs to ${userOf(uid)}, and this runs as ${userOf(self)}. ${remedy}`)
}

function hasOtherThings(path: string, mode: number): ReceiveError {
  const sentence = `${path} has other things in it and can be changed by other users (mode ${shownMode(mode)})`
  return notBelieved(
    `${sentence}, so no keys are kept there; name a folder of the receiver's own with --state-dir DIR.`,
  )
}

const WAY_OUT =
  'name a folder on a file system that does with --state-dir DIR, also for a receiver that stores into a bucket, and delete keys and codes that are here already, because others may have read them'

function keepsNoModes(path: string, mode: number): ReceiveError {
  const sentence = `${path} stays open to other users (mode ${shownMode(mode)}), because its file system keeps no permissions`
  return notBelieved(`${sentence}; ${WAY_OUT}.`)
}

function keepsNoOwners(path: string, uid: number): ReceiveError {
  return notBelieved(
    `What is made in ${path} belongs to ${userOf(uid)}, because its file system keeps no owners; ${WAY_OUT}.`,
  )
}
