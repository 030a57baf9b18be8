import { constants, type Stats } from 'node:fs'
import { access, lstat, open, readdir, rename } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { hasCode } from '../base/errors.ts'
import { accessError, chownOf, EVERYBODY_WRITES, notBelieved, OTHERS_ALL, OTHERS_WRITE, shownMode } from './doubt.ts'
import { WARILY } from './open-warily.ts'
import { isBelieved, thisUser, userOf } from './owner.ts'
import type { Closed, FolderUse } from './private-folder.ts'
import { STATE_FILES, STATE_FOLDERS } from './state-names.ts'

/**
 * Without these a receiver would be another one to its senders, or would begin every upload anew; so a person has to
 * decide.
 */
const NEEDED = ['identity', 'ledger']
/** Whose files are looked at one by one. */
const SMALL_FOLDERS = ['identity', 'devices', 'former-devices']

/** A file here that cannot be used keeps nothing else from working. */
const DEVICE_FOLDERS = ['devices', 'former-devices']
const EVERYBODY_ENTERS = 0o001

/** What was found in a folder: paths. */
type Findings = { readonly names: string[]; readonly aside: string[]; readonly everybodys: string[] }

/**
 * Looks at what lies in a folder of a receiver, which has just been closed, before anything of it is read. What belongs
 * to somebody else was put there while the folder was open; it is renamed, and kept for a person to look at. What
 * others could only read is closed.
 *
 * @param use what the folder is for, see {@link closeFolder}, which answered the rest.
 * @returns what to tell about all of it; undefined when there is nothing.
 * @throws ReceiveError STORAGE_NOT_WRITABLE when the identity or the ledger is somebody else's, or something else than
 * a folder is where one has to be.
 */
export async function sweepState(folder: string, use: FolderUse, closed: Closed): Promise<string | undefined> {
  const { modeBefore, stats } = closed
  if (thisUser() === undefined || !isBelieved(stats.uid)) return undefined
  const findings: Findings = { names: [], aside: [], everybodys: [] }
  for (const name of await namesIn(folder)) {
    const path = join(folder, name)
    const found = await lstat(path).catch(unlessGone)
    if (found === undefined) continue
    findings.names.push(name)
    const isFolder = STATE_FOLDERS.includes(name)
    if (!isBelieved(found.uid)) {
      if (use === 'state' && NEEDED.includes(name)) throw notBelieved(strange(path, found))
      findings.aside.push(await setAside(path))
    } else if (isFolder) {
      if (!found.isDirectory()) throw notBelieved(strange(path, found))
      await closeInner(path, found, findings)
    } else if (found.isFile()) await closeFile(path, found, stats, findings)
  }
  const hadOwn = (modeBefore & OTHERS_ALL) !== 0 && findings.names.length > 0
  // A folder that has other things in it may be looked into, as before.
  const wasOpen = (modeBefore & OTHERS_WRITE) !== 0 || (hadOwn && (use === 'place' || stats.mode !== modeBefore))
  return told(folder, { use, wasOpen, mode: stats.mode }, findings)
}

/**
 * Makes sure that nobody else wrote a ledger. What is in it says which bytes are stored and which files are finished.
 *
 * @throws ReceiveError STORAGE_NOT_WRITABLE.
 */
export async function mustBeOwnLedger(folder: string): Promise<void> {
  const self = thisUser()
  if (self === undefined) return
  for (const name of await readdir(folder).catch(none)) {
    const path = join(folder, name)
    const found = await lstat(path).catch(unlessGone)
    if (found === undefined || found.isDirectory()) continue
    if (!found.isFile() || found.uid !== self) throw notBelieved(strange(path, found))
  }
}

/** Nothing else in the folder is touched. */
async function namesIn(folder: string): Promise<readonly string[]> {
  const there = new Set(await readdir(folder))
  return [...STATE_FILES, ...STATE_FOLDERS].filter((name) => there.has(name))
}

async function closeInner(path: string, found: Stats, findings: Findings): Promise<void> {
  const name = basename(path)
  if (name === 'ledger' && (found.mode & EVERYBODY_ENTERS) !== 0) await mustBeNobodys(path)
  if (!DEVICE_FOLDERS.includes(name)) await mustBeUsable(path)
  await close(path, found)
  if (!SMALL_FOLDERS.includes(name)) return
  for (const child of await readdir(path).catch(none)) {
    const file = await lstat(join(path, child)).catch(unlessGone)
    if (file?.isFile() && isBelieved(file.uid)) await closeFile(join(path, child), file, { mode: 0o700 }, findings)
  }
}

/** Earlier versions left what root made to root. */
async function mustBeUsable(path: string): Promise<void> {
  await access(path, constants.R_OK | constants.W_OK | constants.X_OK).catch((error: unknown) => {
    throw hasCode(error, 'EACCES') ? accessError(path, error) : error
  })
}

/**
 * A file that everybody could write is left open, and so is not believed. Closed, it would look like a file that nobody
 * else has changed.
 */
async function closeFile(
  path: string,
  found: Stats,
  folder: { readonly mode: number },
  findings: Findings,
): Promise<void> {
  // Where the folder stays open the file system keeps no permissions, and they say nothing.
  if ((folder.mode & EVERYBODY_WRITES) !== 0) return
  if ((found.mode & EVERYBODY_WRITES) === 0) await close(path, found)
  else findings.everybodys.push(path)
}

async function close(path: string, found: Stats): Promise<void> {
  if (found.uid !== thisUser() || (found.mode & OTHERS_ALL) === 0) return
  const file = await open(path, constants.O_RDONLY | WARILY)
  try {
    await file.chmod(found.isDirectory() ? 0o700 : 0o600)
  } finally {
    await file.close()
  }
}

/** LevelDB makes its files as open as the process lets it, which is no harm while nobody can come to them. */
async function mustBeNobodys(ledger: string): Promise<void> {
  for (const name of await readdir(ledger).catch(none)) {
    const found = await lstat(join(ledger, name)).catch(unlessGone)
    if (found === undefined || (found.mode & EVERYBODY_WRITES) === 0) continue
    const sentence = `${ledger} is not believed, because everybody could change ${name} in it`
    throw notBelieved(
      `${sentence}. If nobody did, \`chmod -R go= ${ledger}\`; else move it away: unfinished uploads begin again then.`,
    )
  }
}

async function setAside(path: string): Promise<string> {
  const aside = `${path}.not-believed-${new Date().toISOString().replaceAll(':', '')}`
  await rename(path, aside)
  return aside
}

function strange(path: string, { uid }: Stats): string {
  if (isBelieved(uid) && uid === thisUser())
    return `${path} is not believed, because it is no file or folder, or a symbolic link. Move it away.`
  return `${path} is not believed, because it belongs to ${userOf(uid)}. If nobody else wrote it, \`${chownOf(path, '-R ')}\` as root; else move it away.`
}

function told(
  folder: string,
  is: { readonly use: FolderUse; readonly wasOpen: boolean; readonly mode: number },
  { names, aside, everybodys }: Findings,
): string | undefined {
  const sentences: string[] = []
  if (is.wasOpen) {
    const isClosed = (is.mode & OTHERS_ALL) === 0
    sentences.push(
      isClosed
        ? `${folder} was open to other users, and is closed to them now.`
        : `${folder} stays open to other users (mode ${shownMode(is.mode)}), because its file system keeps no permissions; so does what is received there.`,
    )
    if (is.use === 'state' && names.includes('identity'))
      sentences.push('If somebody read its key, `longshore devices rotate-identity` makes a new one.')
  }
  if (aside.length > 0)
    sentences.push(`This belongs to somebody else, is not believed and was set aside: ${aside.join(', ')}.`)
  if (everybodys.length > 0) {
    const remedy = `if nobody did, \`chmod -R go= ${folder}\``
    sentences.push(`This could be changed by everybody and is not believed; ${remedy}: ${everybodys.join(', ')}.`)
  }
  return sentences.length === 0 ? undefined : sentences.join(' ')
}

function unlessGone(error: unknown): undefined {
  if (hasCode(error, 'ENOENT')) return undefined
  throw error
}

/** For `catch`: what is not there, or not to be looked into, has no names; whoever needs it says so. */
function none(error: unknown): readonly string[] {
  if (hasCode(error, 'ENOENT', 'EACCES', 'ENOTDIR')) return []
  throw error
}
