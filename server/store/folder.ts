import { type BigIntStats, constants, existsSync } from 'node:fs'
import { type FileHandle, lstat, open, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { hasCode, ReceiveError } from '../base/errors.ts'
import { fileIdentity } from '../base/file-identity.ts'
import { type OwnFolders, ownFoldersOf } from '../state-folder/own-folders.ts'

/** A folder that stays the same one while it is open, whatever happens to its name. */
export interface Folder {
  /** Where it is below the root, as it is spelled there. */
  readonly path: readonly string[]
  /** Where something of this name in the folder is. */
  at(name: string): string
  /** What names it, the same for as long as it exists. */
  identity(): Promise<string>
  /** What names it, and when its names changed last, ns since 1970. */
  state(): Promise<{ readonly identity: string; readonly changedAtNs: bigint }>
  /** Resolves when names that were added, changed or removed here survive a power cut. */
  sync(): Promise<void>
  close(): Promise<void>
}

/**
 * On Linux a name is looked up inside an open folder, so it does not matter when the folder is meanwhile replaced by a
 * symbolic link.
 */
const canLookUpInOpenFolder = process.platform === 'linux' && existsSync('/proc/self/fd')
/**
 * Windows cannot open folders: there each folder is only looked at, and its names are as durable as NTFS makes them.
 */
const canOpenFolders = process.platform !== 'win32'

/** Answers how a name is spelled in a folder; it may make a folder of that name. */
export type Spell = (parent: Folder, name: string) => Promise<string>

/**
 * Opens the folder at a path below the root, one component after another, and follows no symbolic link but the root
 * itself. Every path that a sender named goes through here.
 *
 * @param spell answers how each component is spelled, before it is opened; without it the path is taken as it is.
 * @throws ReceiveError TARGET_EXISTS where a file is in the way, STORAGE_NOT_WRITABLE where a symbolic link is,
 * BAD_NAME where a folder is one of the receiver's own, under whatever name; ENOENT of the system when a folder is
 * missing.
 */
export function openFolder(root: string, components: readonly string[], spell?: Spell): Promise<Folder> {
  return walk(root, components, spell, ownFoldersOf(root))
}

/** The same for a path that the receiver itself chose; it may lead to a folder of its own. */
export function openOwnFolder(root: string, components: readonly string[]): Promise<Folder> {
  return walk(root, components, undefined, undefined)
}

async function walk(
  root: string,
  components: readonly string[],
  spell: Spell | undefined,
  own: OwnFolders | undefined,
): Promise<Folder> {
  let folder = await openOne(root, constants.O_RDONLY, [])
  for (const component of components) {
    const parent = folder
    try {
      const name = spell ? await spell(parent, component) : component
      const path = [...parent.path, name]
      folder = await openOne(parent.at(name), constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0), path)
    } finally {
      await parent.close()
    }
    await mustNotBeOwn(folder, own)
  }
  return folder
}

/**
 * Names were compared before. But a file system or a mount may show a folder under another name, so the folders
 * themselves are compared here.
 */
async function mustNotBeOwn(folder: Folder, own: OwnFolders | undefined): Promise<void> {
  if (own === undefined) return
  let isOwn = true
  try {
    isOwn = await own.has(await folder.identity())
  } finally {
    if (isOwn) await folder.close()
  }
  if (isOwn) throw new ReceiveError('BAD_NAME', `"${folder.path.at(-1)}" is a receiver's own folder by another name.`)
}

async function openOne(at: string, flags: number, path: readonly string[]): Promise<Folder> {
  const name = path.at(-1)
  if (!canOpenFolders) {
    if (name !== undefined && !(await lstat(at)).isDirectory()) throw await notAFolder(at, name)
    const state = async () => toState(await stat(at, { bigint: true }))
    const identity = knownOnce(state)
    return { path, at: (child) => join(at, child), identity, state, sync: async () => {}, close: async () => {} }
  }
  let handle: FileHandle
  try {
    handle = await open(at, flags | constants.O_DIRECTORY)
  } catch (error) {
    if (name !== undefined && hasCode(error, 'ENOTDIR', 'ELOOP')) throw await notAFolder(at, name)
    throw error
  }
  const state = async () => toState(await handle.stat({ bigint: true }))
  const base = canLookUpInOpenFolder ? `/proc/self/fd/${handle.fd}` : at
  return {
    path,
    at: (child) => join(base, child),
    identity: knownOnce(state),
    state,
    sync: () => handle.sync(),
    close: () => handle.close(),
  }
}

function knownOnce(state: Folder['state']): Folder['identity'] {
  let identity: Promise<string> | undefined
  return () => {
    identity ??= state().then((known) => known.identity)
    return identity
  }
}

function toState(stats: BigIntStats): { identity: string; changedAtNs: bigint } {
  return { identity: fileIdentity(stats), changedAtNs: stats.mtimeNs }
}

async function notAFolder(path: string, name: string): Promise<ReceiveError> {
  const isLink = (await lstat(path)).isSymbolicLink()
  return isLink
    ? new ReceiveError('STORAGE_NOT_WRITABLE', `"${name}" is a symbolic link, and the receiver follows none.`)
    : new ReceiveError('TARGET_EXISTS', `"${name}" exists and is not a folder.`)
}
