import { randomBytes } from 'node:crypto'
import { constants } from 'node:fs'
import { type FileHandle, link, lstat, mkdir, open, opendir, statfs, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { hasCode } from '../base/errors.ts'
import { fileIdentity } from '../base/file-identity.ts'
import { STATE_FOLDER } from '../names/safe-path.ts'
import { keepOut } from '../state-folder/own-folders.ts'
import type { ChunkStore, StoredFile } from './chunk-store.ts'
import { openFolder, openOwnFolder } from './folder.ts'
import { heldBelow } from './held-below.ts'
import { holders } from './holders.ts'
import { claimsInMemory, type NameClaims } from './name-claims.ts'
import { openPart, readBlocks } from './part-file.ts'
import { publish, settle } from './publish.ts'
import { removePublished } from './remove-published.ts'
import { openSmallFiles } from './staged-small-files.ts'
import { spellIn, TakenNames } from './taken-names.ts'
import { watchFor } from './watch-folder.ts'

/** Kept free for the ledger and for file names: this share of the disk, but never more than that. */
const SPARE_SHARE = 0.01
const MAX_SPARE_BYTES = 1024 ** 3
/** The same for files that the disk can still name. */
const MAX_SPARE_FILES = 10_000

/** See {@link openDiskStore}. */
type DiskOptions = {
  readonly shared?: boolean
  readonly claims?: NameClaims
  readonly stateDirectory?: string | undefined
}

/**
 * Keeps bytes in a folder of this machine. Parts live in `.longshore/parts` of the same folder, and so on the same file
 * system, where giving one its final name is a single step.
 *
 * @param options.shared whether other receivers use the folder, too: then nothing is there for one of them only.
 * @param options.claims shared with them.
 * @param options.stateDirectory where the receiver keeps what is its own, when that is another folder than
 * `.longshore`.
 * @throws the system's error when the folder cannot be written to.
 */
export async function openDiskStore(
  root: string,
  { shared = false, claims = claimsInMemory(), stateDirectory }: DiskOptions = {},
): Promise<ChunkStore> {
  const parts = await openFolderForParts(root)
  const partAt = (fileId: string) => join(parts, `${fileId}.part`)
  await probe(root, parts)
  for (const own of [join(root, STATE_FOLDER), stateDirectory]) if (own !== undefined) keepOut(root, own)
  const mustBeThere = await watchFor(root, parts)
  const taken = new TakenNames(claims)

  return {
    stagedSmallFiles: shared ? undefined : await openSmallFiles(root, taken, mustBeThere),
    directSmallFiles: undefined,
    digestsParts: false,
    async openPart(fileId) {
      await mustBeThere()
      return openPart(partAt(fileId))
    },
    discardPart: (fileId) => removeIfThere(partAt(fileId)),
    async publish(fileId, wish, publication) {
      await mustBeThere()
      return publish(root, taken, partAt(fileId), wish, publication)
    },
    async settle(fileId, intent, record) {
      await mustBeThere()
      return settle(root, claims, partAt(fileId), intent, record)
    },
    async openPublished(path) {
      const file = await openBelow(root, path)
      return file && toStoredFile(file)
    },
    async removePublished(path, unchanged, record) {
      await mustBeThere()
      return removePublished(root, claims, path, unchanged, record)
    },
    async makeFolder(path) {
      await mustBeThere()
      const folder = await openFolder(root, path, (parent, name) => taken.makeFolder(parent, name))
      await folder.close()
      return folder.path
    },
    heldBelow: (path, signal) => heldBelow(root, path, spellIn(taken), signal),
    async freeBytes() {
      const { bavail, blocks, bsize, files, ffree } = await statfs(root)
      // A file system that counts inodes is full when they are used up.
      if (files > 0 && ffree < Math.min(files * SPARE_SHARE, MAX_SPARE_FILES)) return 0
      return Math.max(0, bavail * bsize - Math.min(blocks * bsize * SPARE_SHARE, MAX_SPARE_BYTES))
    },
    listParts: () => listParts(parts),
    partChangedAtMs: (fileId) => changedAtMs(partAt(fileId)),
    spelled: (path) => spelled(root, taken, path),
    holders: (folder, names) => holders(root, taken, folder, names),
  }
}

/** The parts in a folder, by their fileId. */
async function* listParts(folder: string): AsyncGenerator<string> {
  for await (const { name } of await opendir(folder)) {
    const fileId = /^([0-9a-z]+)\.part$/.exec(name)?.[1]
    if (fileId !== undefined) yield fileId
  }
}

/** When the bytes of a part changed last, milliseconds since 1970; undefined when it is not there. */
async function changedAtMs(partPath: string): Promise<number | undefined> {
  try {
    // Not the modification time: that is the source's when a publication was tried.
    return (await lstat(partPath)).ctimeMs
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined
    throw error
  }
}

/**
 * The path as it is spelled below the root: a name that differs only by case or normalisation from one that is there is
 * that one.
 */
async function spelled(root: string, taken: TakenNames, path: readonly string[]): Promise<readonly string[]> {
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

async function openFolderForParts(root: string): Promise<string> {
  const parts = join(root, STATE_FOLDER, 'parts')
  await mkdir(parts, { recursive: true, mode: 0o700 })
  const folder = await openOwnFolder(root, [STATE_FOLDER, 'parts'])
  await folder.close()
  return parts
}

/**
 * Does once what every upload will need. A folder that cannot be written to is noticed at the start, and not at the end
 * of a file.
 */
async function probe(root: string, parts: string): Promise<void> {
  const name = `probe-${randomBytes(8).toString('hex')}`
  const from = join(parts, name)
  const to = join(root, STATE_FOLDER, name)
  try {
    const file = await open(from, 'w', 0o600)
    await file.sync().finally(() => file.close())
    await link(from, to)
  } finally {
    await removeIfThere(from)
    await removeIfThere(to)
  }
}

async function openBelow(root: string, path: readonly string[]): Promise<FileHandle | undefined> {
  try {
    const folder = await openFolder(root, path.slice(0, -1))
    try {
      const at = folder.at(path.at(-1) ?? '')
      // Opening a FIFO would block, so it is checked first that this is a regular file.
      if (!(await lstat(at)).isFile()) return undefined
      return await open(at, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0))
    } finally {
      await folder.close()
    }
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ELOOP', 'TARGET_EXISTS', 'BAD_NAME', 'STORAGE_NOT_WRITABLE')) return undefined
    throw error
  }
}

async function toStoredFile(file: FileHandle): Promise<StoredFile> {
  const stats = await file.stat({ bigint: true })
  const identity = fileIdentity(stats)
  return {
    sizeBytes: Number(stats.size),
    identity,
    read: (start, end) => readBlocks(file, start, end),
    close: () => file.close(),
  }
}

async function removeIfThere(path: string): Promise<void> {
  try {
    await unlink(path)
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error
  }
}
