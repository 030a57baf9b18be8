import { randomBytes } from 'node:crypto'
import { closeSync, constants, openSync, statSync } from 'node:fs'
import { type FileHandle, mkdir, open, readdir, rmdir, stat, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import { hasCode, ReceiveError } from '../base/errors.ts'
import { fileIdentity } from '../base/file-identity.ts'
import type { OnUnexpected } from '../base/unexpected.ts'
import { accessError, doubtIn, type Rule } from '../state-folder/doubt.ts'
import { WARILY } from '../state-folder/open-warily.ts'
import { makePrivateFile, readInPlace } from '../state-folder/private-file.ts'
import { closeFolder, type FolderUse, foldersFrom } from '../state-folder/private-folder.ts'
import { sweepState } from '../state-folder/state-sweep.ts'
import { openOwnFolder } from '../store/folder.ts'
import { hasLife, showLife } from './neighbour.ts'
import { type Occupant, occupantText, toOccupant } from './occupant.ts'
import type { Found, Place, Times } from './place.ts'

const FOLDER_TIMES: Times = { beatMs: 3_000, trustMs: 9_000, stillMs: 12_000, lookEveryMs: 250, settleMs: 1_000 }

const OCCUPANTS = 'occupants'
/** No record is longer, bytes. */
const MOST_BYTES = 65_536
const RECORD = /^([0-9a-f]{16})\.json$/
/**
 * The folder of the records is removed with its last record. A receiver that enters at that moment makes it again, and
 * tries so many times.
 */
const MOST_TRIES = 10

type FolderPlaceOptions = {
  readonly instead: string
  readonly times?: Times | undefined
  readonly use: FolderUse
  readonly tell: OnUnexpected
}

/** See {@link Place}. */
export type FolderPlace = Place & {
  /** Where the records' folder is: what a receiver keeps for itself. */
  readonly folder: string
}

/**
 * A folder that a receiver uses. It is the same one under every name and from every machine that sees it, because the
 * records lie in it.
 *
 * @param root made when it is missing.
 * @param inside where below the root the receiver keeps what is its own; no symbolic link there is followed.
 * @param options.use what it is closed to other users for; see {@link closeFolder}.
 * @param options.tell hears what was found there that is not believed.
 * @throws the system's error when it cannot be made, ReceiveError when something else stands there, or it is somebody
 * else's.
 */
export async function openFolderPlace(
  root: string,
  inside: readonly string[],
  { instead, times = FOLDER_TIMES, use, tell }: FolderPlaceOptions,
): Promise<FolderPlace> {
  const folder = join(root, ...inside)
  const records = join(folder, OCCUPANTS)
  const made = foldersFrom(await mkdir(root, { recursive: true, ...(inside.length === 0 && { mode: 0o700 }) }), root)
  const makeOwn = async () => {
    for (const path of inside.map((_, at) => inside.slice(0, at + 1))) {
      if (await makeFolder(join(root, ...path))) made.push(join(root, ...path))
    }
    const own = await openOwnFolder(root, inside).catch((error: unknown) => {
      throw hasCode(error, 'EACCES') ? accessError(folder, error) : error
    })
    await own.close()
    const story = await sweepState(folder, use, await closeFolder(folder, use))
    if (story !== undefined) tell(new Error(story))
  }
  const makeRecords = async () => {
    for (const path of [...inside, OCCUPANTS].map((_, at, all) => all.slice(0, at + 1))) {
      const isNew = await makeFolder(join(root, ...path))
      if (isNew) made.push(join(root, ...path))
      await (await openOwnFolder(root, path)).close()
    }
  }
  let hide: (() => void) | undefined
  const close = async () => {
    hide?.()
    hide = undefined
    for (const path of new Set([records, ...made.reverse()])) await removeIfEmpty(path)
  }
  try {
    await makeOwn()
    await makeRecords()
  } catch (error) {
    await close()
    throw error
  }
  const socketOf = (run: string) => `${run}.sock`
  const recordOf = (run: string) => join(records, `${run}.json`)
  const atStart = identityOf(folder)
  const mustBeThere = () => {
    if (identityOf(folder) !== atStart)
      throw new ReceiveError('STORAGE_NOT_WRITABLE', `${root} is not the folder that the receiver was started with.`)
  }

  return {
    folder,
    shown: root,
    instead,
    times,
    async publish(occupant) {
      const path = recordOf(occupant.run)
      hide ??= await showLife(records, socketOf(occupant.run))
      for (let tries = 1; ; tries++) {
        try {
          await writeRecord(await open(path, 'wx', 0o600), occupant, { durable: true })
          return
        } catch (error) {
          if (!hasCode(error, 'ENOENT')) await removeIfThere(path)
          if (!hasCode(error, 'ENOENT') || tries === MOST_TRIES) throw error
          mustBeThere()
          await makeRecords()
        }
      }
    },
    async renew(occupant) {
      try {
        await writeRecord(await open(recordOf(occupant.run), constants.O_RDWR | (constants.O_NOFOLLOW ?? 0)), occupant)
        return true
      } catch (error) {
        if (!hasCode(error, 'ENOENT')) throw error
        mustBeThere()
        return false
      }
    },
    async list() {
      const found = new Map<string, Found>()
      const own = await stat(records).catch(gone)
      if (own === undefined) return found
      for (const name of await readdir(records).catch(none)) {
        const [, run] = RECORD.exec(name) ?? []
        const record = run === undefined ? undefined : await foundAt(join(records, name), own)
        if (run !== undefined && record !== undefined) found.set(run, record)
      }
      return found
    },
    fateNearby: (run) => hasLife(records, socketOf(run)),
    async remove(run) {
      await removeIfThere(recordOf(run))
      await removeIfThere(join(records, socketOf(run)))
    },
    hasNow(run) {
      try {
        // The file is opened, not only looked at: a file system of another machine then asks that machine.
        closeSync(openSync(recordOf(run), constants.O_RDONLY | WARILY))
        return true
      } catch (error) {
        if (!hasCode(error, 'ENOENT')) throw error
        mustBeThere()
        return false
      }
    },
    async identity() {
      const path = join(folder, 'place-id')
      const known = await readId(path)
      if (known !== undefined) return known
      const id = randomBytes(16).toString('hex')
      // Of several that name it at the same moment, one does.
      return (await makePrivateFile(path, `${id}\n`)) ? id : ((await readId(path)) ?? id)
    },
    knownIdentity: () => readId(join(folder, 'place-id')),
    close,
  }
}

/**
 * Writes a record over the one before, which has the same length. That the file exists is durable, so that a power cut
 * leaves a record that can be read.
 */
async function writeRecord(file: FileHandle, occupant: Occupant, { durable = false } = {}): Promise<void> {
  try {
    await file.write(occupantText(occupant, await numberOf(file)), 0)
    if (durable) await file.sync()
  } finally {
    await file.close()
  }
}

/**
 * A copied file has another inode than its original. That tells a record that was written here from one that was copied
 * with the folder.
 */
async function numberOf(file: FileHandle): Promise<{ readonly file: string }> {
  return { file: String((await file.stat({ bigint: true })).ino) }
}

/**
 * Undefined also for a file that no receiver wrote. For a record that may not be read, nobody knows whether its
 * receiver lives.
 */
async function foundAt(path: string, folder: Rule['folder'] & object): Promise<Found | undefined> {
  try {
    const file = await open(path, constants.O_RDONLY | WARILY)
    try {
      if (doubtIn(path, await file.stat(), { folder }) !== undefined) return undefined
      const { bytesRead, buffer } = await file.read(Buffer.alloc(MOST_BYTES), 0, MOST_BYTES, 0)
      const text = buffer.toString('utf8', 0, bytesRead)
      const occupant = toOccupant(text)
      return { text, occupant, isCopied: occupant?.file !== (await numberOf(file)).file }
    } finally {
      await file.close()
    }
  } catch (error) {
    if (hasCode(error, 'ENOENT', 'ESTALE', 'ELOOP', 'ENXIO')) return undefined
    throw hasCode(error, 'EACCES') ? accessError(path, error) : error
  }
}

/** For `catch`: nobody is there. */
function gone(error: unknown): undefined {
  if (!hasCode(error, 'ENOENT')) throw error
}

function none(error: unknown): readonly string[] {
  if (hasCode(error, 'ENOENT')) return []
  throw error
}

async function readId(path: string): Promise<string | undefined> {
  return /^[0-9a-f]{32}$/.exec((await readInPlace(path))?.trim() ?? '')?.[0]
}

/** Undefined when it is gone, as it is below a disk that was unmounted. */
function identityOf(folder: string): string | undefined {
  const facts = statSync(folder, { bigint: true, throwIfNoEntry: false })
  return facts && fileIdentity(facts)
}

async function makeFolder(path: string): Promise<boolean> {
  try {
    await mkdir(path, { mode: 0o700 })
    return true
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false
    throw error
  }
}

/** Only tidies up: a failure here does no harm. */
async function removeIfEmpty(path: string): Promise<void> {
  await rmdir(path).catch(() => 'in use, or gone')
}

async function removeIfThere(path: string): Promise<void> {
  try {
    await unlink(path)
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error
  }
}
