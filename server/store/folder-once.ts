import type { Folder } from './folder.ts'

/** A folder that others may be using at the same time. */
export type SharedFolder = { readonly folder: Folder; leave(): Promise<void> }

/**
 * An open folder stays the same folder when another folder gets its name. So a folder that was opened longer ago than
 * this is opened anew instead of shared, ms.
 */
const JOIN_WITHIN_MS = 500

type Opened = { readonly folder: Promise<Folder>; readonly openedAtMs: number; users: number }

/** Opens a folder once for all who want it at the same time. */
export function openFolderOnce(open: (path: readonly string[]) => Promise<Folder>) {
  const byPath = new Map<string, Opened>()
  return {
    /** Opens a folder, or shares one that was opened just now. Throws what `open` throws. */
    async enter(path: readonly string[]): Promise<SharedFolder> {
      const key = path.join('/')
      const known = byPath.get(key)
      const isFresh = known !== undefined && performance.now() - known.openedAtMs < JOIN_WITHIN_MS
      const opened = isFresh ? known : { folder: open(path), openedAtMs: performance.now(), users: 0 }
      byPath.set(key, opened)
      opened.users++
      const leave = async (): Promise<void> => {
        opened.users--
        if (opened.users > 0) return
        if (byPath.get(key) === opened) byPath.delete(key)
        const folder = await opened.folder.catch(() => undefined)
        await folder?.close()
      }
      try {
        return { folder: await opened.folder, leave }
      } catch (error) {
        await leave()
        throw error
      }
    },
  }
}
