import { createHash } from 'node:crypto'
import { constants } from 'node:fs'
import { lstat, open, unlink } from 'node:fs/promises'
import { hasCode } from '../base/errors.ts'
import type { Removed, Unchanged } from './chunk-store.ts'
import { openFolder } from './folder.ts'
import type { NameClaims } from './name-claims.ts'

/** Clocks of a file system may be coarser than that of the receiver, ms. */
const COARSE_MS = 2_000
/** What a receiver itself does with a file after it was stored is done by then, ms. */
const SETTLED_MS = 60_000
/** And what it tells may be so old, ms. */
const TICK_MS = 5

/** See `ChunkStore.removePublished`. Follows no symbolic link, and deletes nothing that is not a regular file. */
export async function removePublished(
  root: string,
  claims: NameClaims,
  path: readonly string[],
  unchanged: Unchanged,
  record: () => Promise<void>,
): Promise<Removed> {
  const claim = await claims.claim(path)
  try {
    const became = await removeClaimed(root, path, unchanged)
    if (became !== 'touched') await record()
    return became
  } finally {
    await claim.release()
  }
}

async function removeClaimed(
  root: string,
  path: readonly string[],
  { sizeBytes, md5, storedAtMs, readAtMs }: Unchanged,
): Promise<Removed> {
  try {
    const folder = await openFolder(root, path.slice(0, -1))
    try {
      const at = folder.at(path.at(-1) ?? '')
      const stats = await lstat(at)
      const isSame = stats.isFile() && stats.size === sizeBytes && stats.mtimeMs <= storedAtMs + COARSE_MS
      if (!isSame) return 'changed'
      // A file that got the name since may be as long, and bear a time that is as old.
      if (stats.ctimeMs >= readAtMs - TICK_MS) return 'touched'
      // Somebody moved another file there, which keeps its own time, or only gave this one a second name or other rights: its content tells.
      if (stats.ctimeMs > storedAtMs + SETTLED_MS && (await md5Of(at)) !== md5) return 'changed'
      await unlink(at)
      await folder.sync()
      return 'gone'
    } finally {
      await folder.close()
    }
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return 'gone'
    // Something else stands where its folder was.
    if (hasCode(error, 'TARGET_EXISTS', 'STORAGE_NOT_WRITABLE', 'BAD_NAME')) return 'changed'
    throw error
  }
}

async function md5Of(at: string): Promise<string> {
  const hash = createHash('md5')
  const file = await open(at, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0))
  for await (const block of file.createReadStream()) hash.update(block)
  return hash.digest('hex')
}
