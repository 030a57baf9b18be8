import { constants } from 'node:fs'
import { lstat, open, unlink } from 'node:fs/promises'
import { isSameDigest } from '../../proto/digest/digest-forms.ts'
import type { Digest, DigestKind } from '../../proto/digests.ts'
import { hasCode } from '../base/errors.ts'
import { hashingHere } from '../bytes/hashing.ts'
import type { Removed, Unchanged } from './chunk-store.ts'
import { openFolder } from './folder.ts'
import type { NameClaims } from './name-claims.ts'

/** The clock of a file system may be coarser than that of the receiver by this, ms. */
const COARSE_MS = 2_000
/** The receiver itself changes the attributes of a file for at most this long after it was stored, ms. */
const SETTLED_MS = 60_000
/** A file system may give a change a time that is this much too early, ms. */
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
  { sizeBytes, digest, storedAtMs, readAtMs }: Unchanged,
): Promise<Removed> {
  try {
    const folder = await openFolder(root, path.slice(0, -1))
    try {
      const at = folder.at(path.at(-1) ?? '')
      const stats = await lstat(at)
      const isSame = stats.isFile() && stats.size === sizeBytes && stats.mtimeMs <= storedAtMs + COARSE_MS
      if (!isSame) return 'changed'
      // Another file that got the name after the log was read may have the same length and an old modification time.
      if (stats.ctimeMs >= readAtMs - TICK_MS) return 'touched'
      // The attributes changed since: perhaps another file was moved there, which keeps its modification time, or this
      // file only got a second name or other rights. Its content decides.
      if (stats.ctimeMs > storedAtMs + SETTLED_MS && !isSameDigest(await digestOf(at, digest.kind), digest))
        return 'changed'
      await unlink(at)
      await folder.sync()
      return 'gone'
    } finally {
      await folder.close()
    }
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return 'gone'
    // Its folder was replaced by something else.
    if (hasCode(error, 'TARGET_EXISTS', 'STORAGE_NOT_WRITABLE', 'BAD_NAME')) return 'changed'
    throw error
  }
}

async function digestOf(at: string, kind: DigestKind): Promise<Digest> {
  const hash = hashingHere.begin(kind)
  const file = await open(at, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0))
  for await (const block of file.createReadStream()) await hash.update(block)
  return { kind, hex: (await hash.hex()) ?? '' }
}
