import { execFile } from 'node:child_process'
import { constants } from 'node:fs'
import { type FileHandle, link, lstat, mkdir, open, readdir, rename, rm, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { hasCode } from '../errors.ts'
import { STATE_FOLDER } from '../safe-path.ts'
import { toOffset, writeFully } from '../to-offset.ts'
import type { Intent, Wish } from './chunk-store.ts'
import { fileIdentity, isSameFile } from './file-identity.ts'
import { openFolder } from './folder.ts'
import { openFolderOnce } from './folder-once.ts'
import { linkUnlessTaken } from './publish.ts'
import type { TakenNames } from './taken-names.ts'

/** A small file that is written beside its final name, which it does not have yet. Nothing of it survives a power cut. */
export interface PreparedFile {
  readonly intent: Intent
  /** Gives it its final name; false when somebody else has that by now. */
  appear(): Promise<boolean>
  /** Lets go of it, whether it has its name or not. */
  close(): Promise<void>
}

/** A wish that no name is taken for. */
export type SmallWish = Wish & { readonly modifiedAtMs: number; readonly onConflict: 'KEEP_BOTH' | 'REFUSE' }

/**
 * Gives small files their names without a sync of each. Whoever uses it keeps the bytes safe elsewhere until {@link SmallFileStore.sync}, and
 * restores after a crash what did not get that far.
 */
export interface SmallFileStore {
  /** Writes a file; undefined when its name is taken, or was a moment ago. Throws what {@link ChunkStore.publish} throws. */
  prepare(fileId: string, wish: SmallWish, data: Buffer): Promise<PreparedFile | undefined>
  /** When it resolves, files with their final names, and everything else on their disk, survive a power cut. */
  sync(paths: readonly (readonly string[])[]): Promise<void>
  /**
   * Makes sure that a file is there after a crash, durably. Answers false when it is not the file that was prepared any more, or another has its
   * name: then it is left alone.
   */
  restore(intent: Intent, modifiedAtMs: number, data: Buffer): Promise<boolean>
}

const run = promisify(execFile)

/**
 * @param root the receiving folder.
 * @param mustBeThere throws when the receiving folder is another one than at the start.
 */
export async function openSmallFiles(
  root: string,
  taken: TakenNames,
  mustBeThere: () => Promise<void>,
): Promise<SmallFileStore> {
  const aside = join(root, STATE_FOLDER, 'small')
  await mkdir(aside, { recursive: true, mode: 0o700 })
  const own = await openFolder(root, [STATE_FOLDER, 'small'])
  await own.close()
  // What a crash left here is in the journal, or was promised to nobody.
  for (const name of await readdir(aside)) await rm(join(aside, name), { recursive: true, force: true })
  const folders = openFolderOnce(async (path) => {
    await mustBeThere()
    return openFolder(root, path, (parent, child) => taken.makeFolder(parent, child))
  })
  const asideAt = (fileId: string) => join(aside, `${fileId}.part`)

  return {
    async prepare(fileId, wish, data) {
      const { folder, leave } = await folders.enter(wish.path.slice(0, -1))
      try {
        const name = wish.path.at(-1) ?? ''
        if (!(await taken.claim(folder, name))) {
          await leave()
          return undefined
        }
        const path = asideAt(fileId)
        const identity = await makeFile(path, wish.modifiedAtMs, data)
        return {
          intent: { storedAs: [...folder.path, name], fileIdentity: identity },
          appear: () => linkUnlessTaken(path, folder, name),
          close: async () => {
            await unlink(path)
            await leave()
          },
        }
      } catch (error) {
        await leave()
        throw error
      }
    },
    sync: (paths) => syncAll(root, paths),
    async restore(intent, modifiedAtMs, data) {
      const folder = await openFolder(root, intent.storedAs.slice(0, -1), (parent, child) =>
        taken.makeFolder(parent, child),
      )
      try {
        const at = folder.at(intent.storedAs.at(-1) ?? '')
        const fate = await fateOf(at, intent.fileIdentity, modifiedAtMs, data)
        if (fate === 'changed') return false
        if (fate !== 'whole') {
          const path = asideAt('restored')
          await makeFile(path, modifiedAtMs, data, { durable: true })
          if (fate === 'spoilt') await rename(path, at)
          else await link(path, at).finally(() => unlink(path))
        }
        await folder.sync()
        return true
      } finally {
        await folder.close()
      }
    },
  }
}

/** Writes a new file and answers its identity. */
async function makeFile(path: string, modifiedAtMs: number, data: Buffer, { durable = false } = {}): Promise<string> {
  const { O_WRONLY, O_CREAT, O_EXCL } = constants
  const file = await open(path, O_WRONLY | O_CREAT | O_EXCL, 0o644 & ~process.umask())
  try {
    await writeFully(file, data, toOffset('0'))
    await file.utimes(new Date(), new Date(modifiedAtMs))
    if (durable) await file.sync()
    return await identityOf(file)
  } catch (error) {
    await unlink(path)
    throw error
  } finally {
    await file.close()
  }
}

async function identityOf(file: FileHandle): Promise<string> {
  return fileIdentity(await file.stat({ bigint: true }))
}

/** What a crash left of a file: all of it, less, nothing, or something that somebody else has to do with. */
async function fateOf(
  at: string,
  expected: string,
  modifiedAtMs: number,
  data: Buffer,
): Promise<'whole' | 'spoilt' | 'gone' | 'changed'> {
  let file: FileHandle
  try {
    if (!(await lstat(at)).isFile()) return 'changed'
    file = await open(at, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0))
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return 'gone'
    throw error
  }
  try {
    if (!isSameFile(await identityOf(file), expected)) return 'changed'
    const { size, mtimeMs } = await file.stat()
    // A power cut may take the bytes of a file and leave its times, or take all but its name.
    if (size > 0 && Math.abs(mtimeMs - modifiedAtMs) >= 1) return 'changed'
    if (size !== data.length || !(await file.readFile()).equals(data)) return 'spoilt'
    await file.sync()
    return 'whole'
  } finally {
    await file.close()
  }
}

/** One sync of the whole disk where the system has a command for it, which for many files is much less work than one of each. */
async function syncAll(root: string, paths: readonly (readonly string[])[]): Promise<void> {
  if (process.platform === 'linux') {
    try {
      await run('sync', ['-f', root])
      return
    } catch (error) {
      // Without the command, or where it fails, each file tells by itself.
      if (!(error instanceof Error)) throw error
    }
  }
  const folders = new Map<string, readonly string[]>()
  for (const path of paths) {
    const folder = path.slice(0, -1)
    folders.set(folder.join('/'), folder)
    await syncFile(root, path)
  }
  for (const path of folders.values()) {
    const folder = await openFolder(root, path)
    try {
      await folder.sync()
    } finally {
      await folder.close()
    }
  }
}

async function syncFile(root: string, path: readonly string[]): Promise<void> {
  const file = await open(join(root, ...path), constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0)).catch((error) => {
    // Whoever took it away has it.
    if (hasCode(error, 'ENOENT', 'ELOOP')) return undefined
    throw error
  })
  await file?.sync().finally(() => file.close())
}
