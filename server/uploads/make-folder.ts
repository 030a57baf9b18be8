import { ReceiveError } from '../base/errors.ts'
import type { Permissions } from '../permissions/permissions.ts'
import type { ChunkStore } from '../store/chunk-store.ts'
import { mustStillBeItsPath } from './current-rights.ts'

/**
 * Makes a folder and those above it; one that exists is success. Answers its path as it is spelled at the receiver.
 *
 * @throws ReceiveError BAD_NAME, QUOTA, DISK_FULL, TARGET_EXISTS, STORAGE_NOT_WRITABLE, and BUSY when the caller's
 * folder was changed at this moment.
 */
export async function makeFolder(
  store: Pick<ChunkStore, 'makeFolder' | 'freeBytes'>,
  permissions: Permissions,
  asked: readonly string[],
): Promise<readonly string[]> {
  const path = permissions.pathFor(asked)
  return permissions.makingFolder(path, async () => {
    if ((await store.freeBytes()) <= 0)
      throw new ReceiveError('DISK_FULL', "The receiver's disk is full: it has no room for another folder.")
    mustStillBeItsPath(permissions, asked, path)
    return store.makeFolder(path)
  })
}
