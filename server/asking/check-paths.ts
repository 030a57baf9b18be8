import { setImmediate } from 'node:timers/promises'
import type { ReceiverReason } from '../../proto/reasons.ts'
import { hasCode, ReceiveError, toReceiveError } from '../base/errors.ts'
import type { Permissions } from '../permissions/permissions.ts'
import type { Storage } from '../storage/storage.ts'
import type { ChunkStore, Holder } from '../store/chunk-store.ts'

/** A file or folder that a sender may send. */
export type PathToCheck = { readonly path: readonly string[]; readonly sizeBytes: number }

/** What would become of a name; see `NameState` in the wire contract. */
export type CheckedPath =
  | { readonly state: 'FREE' | 'TAKEN' | 'TAKEN_SAME_SIZE'; readonly storedAs: string }
  | { readonly state: 'REFUSED'; readonly reason: ReceiverReason; readonly message: string }

/** Each may cost a look at the disk. A sender with more names asks again. */
const MAX_PATHS = 1000

/** Looking at a folder, and at one path, takes about as long as to store so many bytes. */
const FOLDER_BYTES = 64 * 1024
const PATH_BYTES = 8 * 1024

/** Paths that are made safe before others have a turn: each of them may be long, and in a hundred parts. */
const RESOLVED_AT_ONCE = 10

type NameToCheck = { readonly index: number; readonly name: string; readonly sizeBytes: number }

type FolderToCheck = { readonly path: readonly string[]; readonly files: NameToCheck[] }

/**
 * Tells what would become of names, each folder looked at once. Nothing is held or made.
 *
 * @param signal ends looking.
 * @throws ReceiveError BAD_LENGTH for more than {@link MAX_PATHS}, and what the store cannot do at all.
 */
export async function checkPaths(
  { store, readings }: Pick<Storage, 'store' | 'readings'>,
  permissions: Permissions,
  asked: readonly PathToCheck[],
  signal?: AbortSignal,
): Promise<readonly CheckedPath[]> {
  if (asked.length > MAX_PATHS)
    throw new ReceiveError('BAD_LENGTH', `Expected at most ${MAX_PATHS} paths at once, got ${asked.length}.`)
  const reader = { sender: permissions.holder, signal }
  return readings.run(reader, async () => {
    const checked = new Array<CheckedPath>(asked.length)
    const folders = new Map<string, FolderToCheck>()
    for (let first = 0; first < asked.length; first += RESOLVED_AT_ONCE) {
      const some = asked.slice(first, first + RESOLVED_AT_ONCE)
      const resolve = async () => {
        // Also for what is no call of a sender, and waits in no queue.
        await setImmediate()
        resolveAll(permissions, some, first, folders, checked)
      }
      await readings.fairTask(reader, some.length * PATH_BYTES, resolve)
    }
    for (const { path, files } of folders.values()) {
      const look = () => checkIn(store, path, files)
      const fates = await readings.fairTask(reader, FOLDER_BYTES + files.length * PATH_BYTES, look)
      for (const [index, fate] of fates) checked[index] = fate
    }
    return checked
  })
}

/** Sorts paths by the folders that they would be in; what has no safe path is refused in `checked`. */
function resolveAll(
  permissions: Permissions,
  asked: readonly PathToCheck[],
  firstIndex: number,
  folders: Map<string, FolderToCheck>,
  checked: CheckedPath[],
): void {
  for (const [at, { path, sizeBytes }] of asked.entries()) {
    const index = firstIndex + at
    const resolved = pathOrRefusal(permissions, path)
    if (resolved instanceof ReceiveError) {
      checked[index] = refused(resolved)
      continue
    }
    const parent = resolved.slice(0, -1)
    const key = parent.join('/')
    const folder = folders.get(key) ?? { path: parent, files: [] }
    folders.set(key, folder)
    folder.files.push({ index, name: resolved.at(-1) ?? '', sizeBytes })
  }
}

async function checkIn(
  store: ChunkStore,
  folder: readonly string[],
  files: readonly NameToCheck[],
): Promise<readonly (readonly [index: number, CheckedPath])[]> {
  let holders: readonly (Holder | undefined)[]
  try {
    const names = files.map(({ name }) => name)
    holders = await store.holders(folder, names)
  } catch (error) {
    const known = toReceiveError(error)
    // A file or a link is where the folder would have to be, or the folder is one of the receiver's own.
    if (!hasCode(known, 'TARGET_EXISTS', 'STORAGE_NOT_WRITABLE', 'BAD_NAME')) throw error
    return files.map(({ index }) => [index, refused(known)])
  }
  return files.map(({ index, name, sizeBytes }, at) => {
    const storedAs = [...folder, name].join('/')
    return [index, { state: stateOf(holders[at], sizeBytes), storedAs }]
  })
}

function stateOf(holder: Holder | undefined, sizeBytes: number): 'FREE' | 'TAKEN' | 'TAKEN_SAME_SIZE' {
  if (holder === undefined) return 'FREE'
  return holder.kind === 'file' && holder.sizeBytes === sizeBytes ? 'TAKEN_SAME_SIZE' : 'TAKEN'
}

function pathOrRefusal(permissions: Permissions, path: readonly string[]): readonly string[] | ReceiveError {
  try {
    return permissions.pathFor(path)
  } catch (error) {
    if (error instanceof ReceiveError) return error
    throw error
  }
}

function refused({ code, message }: ReceiveError): CheckedPath {
  return { state: 'REFUSED', reason: code, message }
}
