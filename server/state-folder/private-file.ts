import { randomBytes } from 'node:crypto'
import { closeSync, constants, existsSync, fstatSync, openSync, readSync, type Stats, statSync } from 'node:fs'
import { type FileHandle, link, open, rename, rm, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { hasCode } from '../base/errors.ts'
import { accessError, chownOf, doubtFrom, doubtIn, notBelieved, type Rule } from './doubt.ts'
import { WARILY } from './open-warily.ts'
import { newOwner, type Owner, userOf } from './owner.ts'

/** No file that is read as a whole is longer, bytes. */
const LONGEST_BYTES = 1024 ** 2

/** What a file of the receiver's own says. `why` is a sentence that says what to do. */
export type Found =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'none' }
  /** Nothing that it says may be believed, and it was not looked at further. */
  | { readonly kind: 'doubtful'; readonly why: string }

/**
 * Looks at a file that grants something or is secret. It is believed when it is a regular file, short, of this user or
 * of root, and nobody else can change it.
 *
 * @throws the system's errors that say nothing about the file.
 */
export async function lookAtPrivate(path: string, rule: Rule = {}): Promise<Found> {
  try {
    const file = await open(path, constants.O_RDONLY | WARILY)
    try {
      const look = lookInside(path, await file.stat(), rule)
      let step = look.next(0)
      while (!step.done) {
        const { into, at } = step.value
        step = look.next((await file.read(into, 0, into.length, at)).bytesRead)
      }
      return step.value
    } finally {
      await file.close()
    }
  } catch (error) {
    return withoutText(path, error)
  }
}

/**
 * The text of such a file; undefined when there is none. Throws ReceiveError STORAGE_NOT_WRITABLE when it is not
 * believed.
 */
export async function readPrivate(path: string): Promise<string | undefined> {
  return believed(await lookAtPrivate(path))
}

/**
 * The same of a file in the receiving folder's own part of it, which says no more than that folder; see {@link Rule}.
 */
export async function readInPlace(path: string): Promise<string | undefined> {
  return believed(await lookAtPrivate(path, await ruleOfFolder(path)))
}

/** {@link lookAtPrivate} for where nothing may happen between the look and what follows. */
export function lookAtPrivateSync(path: string, rule: Rule = {}): Found {
  try {
    const file = openSync(path, constants.O_RDONLY | WARILY)
    try {
      const look = lookInside(path, fstatSync(file), rule)
      let step = look.next(0)
      while (!step.done) {
        const { into, at } = step.value
        step = look.next(readSync(file, into, 0, into.length, at))
      }
      return step.value
    } finally {
      closeSync(file)
    }
  } catch (error) {
    return withoutText(path, error)
  }
}

/** The same of a file in the receiving folder's own part of it. */
export function lookInPlaceSync(path: string): Found {
  const folder = statSync(dirname(path), { throwIfNoEntry: false })
  return lookAtPrivateSync(path, folder && { folder })
}

/**
 * Opens a file that is kept open, which is made when the flags say so.
 *
 * @param flags of `open`, as numbers.
 * @throws ReceiveError STORAGE_NOT_WRITABLE when it is not believed; what the system throws when there is none.
 */
export async function openPrivate(path: string, flags: number, rule: Rule = {}): Promise<FileHandle> {
  const file = await open(path, flags | WARILY, 0o600).catch((error: unknown) => {
    const why = doubtFrom(path, error)
    throw why === undefined ? error : notBelieved(why)
  })
  const why = doubtIn(path, await file.stat(), rule)
  if (why === undefined) return file
  await file.close()
  throw notBelieved(why)
}

/** The same of a file in the receiving folder's own part of it. */
export async function openInPlace(path: string, flags: number): Promise<FileHandle> {
  return openPrivate(path, flags, await ruleOfFolder(path))
}

/**
 * Writes a file that only its owner may read. It appears at once and whole, so that another process sees the old text
 * or the new one, and when this resolves it survives a power cut. Its folder must be there.
 */
export async function writePrivateFile(path: string, text: string): Promise<void> {
  await written(path, text, (aside, at) => rename(aside, at))
}

/**
 * The same for a file that is not there yet. Answers false, and changes nothing, when it is: of several that make it,
 * one does.
 */
export async function makePrivateFile(path: string, text: string): Promise<boolean> {
  try {
    await written(path, text, (aside, at) => link(aside, at))
    return true
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false
    throw error
  }
}

async function written(
  path: string,
  text: string,
  name: (aside: string, path: string) => Promise<void>,
): Promise<void> {
  const owner = newOwner()
  const folder = owner && (await openFolderOf(path, owner))
  const at = folder === undefined ? path : join(folder.path, basename(path))
  const aside = `${at}.${randomBytes(6).toString('hex')}.new`
  try {
    const file = await open(aside, 'wx', 0o600)
    try {
      await file.writeFile(text)
      // Done before the file has its name, because its owner may look at once.
      if (owner) await file.chown(owner.uid, owner.gid)
      await file.sync()
    } finally {
      await file.close()
    }
    await name(aside, at)
  } finally {
    await rm(aside, { force: true })
    await folder?.close()
  }
  await syncFolder(dirname(path))
}

/**
 * The folder of a file that the administrator makes for somebody else, held while it is made: should its name lead
 * elsewhere by then, nothing is written there with rights that the other one does not have.
 */
async function openFolderOf(path: string, { uid }: Owner): Promise<{ readonly path: string; close(): Promise<void> }> {
  const folder = dirname(path)
  const handle = await open(folder, constants.O_RDONLY | constants.O_DIRECTORY)
  const stats = await handle.stat()
  if (stats.uid !== uid) {
    await handle.close()
    throw notBelieved(
      `${folder} belongs to ${userOf(stats.uid)}, and what is around it to ${userOf(uid)}. ${'`'}${chownOf(folder, '-R ')}${'`'}.`,
    )
  }
  const held = `/proc/self/fd/${handle.fd}`
  return { path: existsSync(held) ? held : folder, close: () => handle.close() }
}

/**
 * Deletes such a file for good; answers whether it was there. Throws ReceiveError STORAGE_NOT_WRITABLE when it may not,
 * or it is a folder.
 */
export async function removePrivateFile(path: string): Promise<boolean> {
  try {
    await rm(path)
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return false
    if (hasCode(error, 'EACCES', 'EPERM')) throw accessError(path, error)
    const why = doubtFrom(path, error)
    throw why === undefined ? error : notBelieved(why)
  }
  await syncFolder(dirname(path))
  return true
}

/** What a file of ours says; undefined when it is no JSON object. */
export function parsedObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Readonly<Record<string, unknown>>)
      : undefined
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

function believed(found: Found): string | undefined {
  if (found.kind === 'doubtful') throw notBelieved(found.why)
  return found.kind === 'text' ? found.text : undefined
}

async function ruleOfFolder(path: string): Promise<Rule> {
  return { folder: await stat(dirname(path)) }
}

/** A part of a file that is asked for, from this offset on; it may come shorter. */
type Asked = { readonly into: Buffer; readonly at: number }

/** Looks at a file that is open. Asks for what it needs of it, and is told how many bytes came, none at the end. */
function* lookInside(path: string, stats: Stats, rule: Rule): Generator<Asked, Found, number> {
  const doubt = doubtIn(path, stats, rule)
  if (doubt !== undefined) return { kind: 'doubtful', why: doubt }
  // All of it, or one byte more than is taken.
  const data = Buffer.alloc(Math.min(stats.size, LONGEST_BYTES) + 1)
  let filled = 0
  while (filled < data.length) {
    const came = yield { into: data.subarray(filled), at: filled }
    if (came === 0) break
    filled += came
  }
  if (filled <= LONGEST_BYTES) return { kind: 'text', text: data.toString('utf8', 0, filled) }
  const why = `${path} is not believed, because it is longer than ${LONGEST_BYTES} bytes. Move it away.`
  return { kind: 'doubtful', why }
}

function withoutText(path: string, error: unknown): Found {
  if (hasCode(error, 'ENOENT')) return { kind: 'none' }
  const why = doubtFrom(path, error)
  if (why === undefined) throw error
  return { kind: 'doubtful', why }
}

/** Windows opens no folders; there a name is as durable as NTFS makes it. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return
  const folder = await open(path, 'r')
  await folder.sync().finally(() => folder.close())
}
