import { mkdir, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { STATE_FOLDER } from '../names/safe-path.ts'
import { openFolder, openOwnFolder } from './folder.ts'
import { openFolderOnce, type SharedFolder } from './folder-once.ts'
import type { Intent, Wish } from './publication.ts'
import { type Restored, restoreSmallFile, type SmallFileToRestore } from './restore-small-file.ts'
import { openSmallFileDisk, type SmallFileDisk } from './small-file-disk.ts'
import { syncAll } from './sync-all.ts'
import type { ClaimedName, TakenNames } from './taken-names.ts'

/**
 * A small file that is written, under another name than its final one, which is claimed for it. Nothing of it survives
 * a power cut yet.
 */
export interface PreparedFile {
  readonly intent: Intent
  /** Gives it its final name; false when another file has that name by now. */
  appear(): Promise<boolean>
  /**
   * Lets go of it and of the claim. One that has its name keeps another beside it until
   * {@link StagedSmallFileStore.forget}.
   */
  close(): Promise<void>
}

/** A small file that has its final name. */
export type Appeared = { readonly fileId: string; readonly storedAs: readonly string[] }

/** A wish that replaces no file. */
export type SmallWish = Wish & { readonly modifiedAtMs: number; readonly onConflict: 'KEEP_BOTH' | 'REFUSE' }

/**
 * Gives small files their names without a sync of each. Whoever uses it keeps the bytes safe elsewhere until
 * {@link StagedSmallFileStore.sync}, and restores after a crash what did not get that far.
 */
export interface StagedSmallFileStore {
  /**
   * Writes a file; undefined when its name is taken, or was a moment ago. Throws what {@link ChunkStore.publish}
   * throws.
   */
  prepare(fileId: string, wish: SmallWish, data: Buffer): Promise<PreparedFile | undefined>
  /** When it resolves, files with their final names, and everything else on their disk, survive a power cut. */
  sync(files: readonly Appeared[]): Promise<void>
  /** Removes the second names of files that need not be restored any more. */
  forget(files: readonly Appeared[]): Promise<void>
  /**
   * Makes sure that a file is there after a crash, durably, when the crash took it.
   *
   * @param record awaited when it is there, while nobody else decides about the name.
   */
  restore(fileId: string, file: SmallFileToRestore, record: () => Promise<void>): Promise<Restored>
  /** Deletes what a crash left beside final names. Called when everything is restored. */
  clear(): Promise<void>
  close(): Promise<void>
}

/**
 * @param root the receiving folder.
 * @param mustBeThere throws when the receiving folder is another one than at the start.
 */
export async function openSmallFiles(
  root: string,
  taken: TakenNames,
  mustBeThere: () => Promise<void>,
): Promise<StagedSmallFileStore> {
  const aside = join(root, STATE_FOLDER, 'small')
  await mkdir(aside, { recursive: true, mode: 0o700 })
  const own = await openOwnFolder(root, [STATE_FOLDER, 'small'])
  await own.close()
  const folders = openFolderOnce(async (path) => {
    await mustBeThere()
    return openFolder(root, path, (parent, child) => taken.makeFolder(parent, child))
  })
  const disk = openSmallFileDisk()
  const asideAt = (fileId: string) => join(aside, `${fileId}.part`)

  return {
    async prepare(fileId, wish, data) {
      const { folder, leave } = await folders.enter(wish.path.slice(0, -1))
      try {
        const name = wish.path.at(-1) ?? ''
        const claimed = await taken.claimFree(folder, name)
        if (claimed === undefined) {
          await leave()
          return undefined
        }
        try {
          return await prepareClaimed(disk, asideAt(fileId), { folder, leave }, name, claimed, wish.modifiedAtMs, data)
        } catch (error) {
          await claimed.release()
          throw error
        }
      } catch (error) {
        await leave()
        throw error
      }
    },
    sync: (files) =>
      syncAll(
        root,
        files.map(({ storedAs }) => storedAs),
      ),
    async forget(files) {
      await Promise.all(files.map(({ fileId }) => disk.remove(asideAt(fileId))))
    },
    restore: (fileId, file, record) =>
      restoreSmallFile(root, taken, { own: asideAt(fileId), spare: asideAt('restored') }, file, record),
    async clear() {
      for (const name of await readdir(aside)) await rm(join(aside, name), { recursive: true, force: true })
    },
    close: disk.close,
  }
}

async function prepareClaimed(
  disk: SmallFileDisk,
  path: string,
  { folder, leave }: SharedFolder,
  name: string,
  claimed: ClaimedName,
  modifiedAtMs: number,
  data: Buffer,
): Promise<PreparedFile> {
  const fileIdentity = await disk.make(path, modifiedAtMs, data)
  let hasAppeared = false
  return {
    intent: { storedAs: [...folder.path, name], fileIdentity },
    async appear() {
      hasAppeared = await disk.linkUnlessTaken(path, folder.at(name))
      if (hasAppeared) await claimed.added(name)
      return hasAppeared
    },
    async close() {
      // After a crash the second name tells whether the crash took the first one away.
      if (!hasAppeared) await disk.remove(path)
      await claimed.release()
      await leave()
    },
  }
}
