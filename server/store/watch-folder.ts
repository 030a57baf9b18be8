import { lstat, stat } from 'node:fs/promises'
import { hasCode, ReceiveError } from '../base/errors.ts'

/**
 * Remembers which disk and folder the receiving folder is. A disk that is unmounted while the receiver runs leaves an
 * empty folder behind, on the disk below, and nothing may be stored there.
 *
 * @param parts the folder of the parts inside it, which no other folder has.
 * @returns what throws ReceiveError STORAGE_NOT_WRITABLE when the receiving folder is gone or is another one.
 */
export async function watchFor(root: string, parts: string): Promise<() => Promise<void>> {
  const atStart = await identityOf(root, parts)
  return async () => {
    if ((await identityOf(root, parts).catch(gone)) === atStart) return
    throw new ReceiveError(
      'STORAGE_NOT_WRITABLE',
      'The receiving folder is not the one the receiver was started with: was its disk unmounted?',
    )
  }
}

async function identityOf(root: string, parts: string): Promise<string> {
  const [outer, inner] = await Promise.all([stat(root), lstat(parts)])
  return `${outer.dev} ${inner.dev} ${inner.ino}`
}

/** For `catch`: that there is no such folder is an answer; every other error is an error. */
function gone(error: unknown): undefined {
  if (hasCode(error, 'ENOENT', 'ENOTDIR')) return undefined
  throw error
}
