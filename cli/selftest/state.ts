import { chmod, lstat, mkdir, readdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { STATE_FOLDER } from '../../server/names/safe-path.ts'
import { accessError, OTHERS_ALL, shownMode } from '../../server/state-folder/doubt.ts'
import { thisUser, userOf } from '../../server/state-folder/owner.ts'
import { listed, Problem } from './checks.ts'

const NOT_HERE = 'This system has no owners and modes of that kind.'
const WAY_OUT =
  'keys and codes need another place: `longshore receive --state-dir DIR`, on a file system that keeps both'
/** Whose files are looked at one by one, below the state folder itself. */
const SMALL_FOLDERS = ['identity', 'devices', 'former-devices']

/** Whether what this user makes for itself alone is its own here, and closed to others. Throws {@link Problem}. */
export async function ownerAndMode(scratch: string): Promise<string> {
  const self = thisUser()
  if (self === undefined) return NOT_HERE
  const [folder, file] = [join(scratch, 'closed'), join(scratch, 'closed.txt')]
  await mkdir(folder, { mode: 0o755 })
  await writeFile(file, '', { mode: 0o644 })
  for (const [path, mode] of [
    [folder, 0o700],
    [file, 0o600],
  ] as const) {
    // A file system without permissions may refuse to change them, or ignore it.
    const refusal = await chmod(path, mode).catch((error: NodeJS.ErrnoException) => error)
    const found = await stat(path)
    if (found.uid !== self)
      throw new Problem(`What is made here belongs to ${userOf(found.uid)}, not to ${userOf(self)}; ${WAY_OUT}.`)
    if ((found.mode & OTHERS_ALL) !== 0)
      throw new Problem(`What is made here stays open to other users (mode ${shownMode(found.mode)}); ${WAY_OUT}.`)
    if (refusal !== undefined) throw refusal
  }
  return 'What is made here is kept for its owner alone.'
}

/**
 * Whether what a receiver keeps in this receiving folder is closed to others, and all of it of one user. Throws
 * {@link Problem}.
 */
export async function closedState(directory: string): Promise<string> {
  const state = join(directory, STATE_FOLDER)
  const found = await lstat(state).catch((error: NodeJS.ErrnoException) => error)
  if (found instanceof Error) {
    if (found.code === 'ENOENT') return 'No receiver keeps anything here yet.'
    throw found
  }
  if (!found.isDirectory()) throw new Problem(`${state} is no folder, or a symbolic link.`)
  if (thisUser() === undefined) return NOT_HERE
  const problems: string[] = []
  if ((found.mode & OTHERS_ALL) !== 0)
    problems.push(
      `${state} is open to other users (mode ${shownMode(found.mode)}); a receiver that starts closes it where the file system keeps permissions`,
    )
  for (const path of await filesIn(state)) {
    const { uid } = await lstat(path)
    if (uid !== found.uid)
      problems.push(
        `${path} belongs to ${userOf(uid)}, and its folder to ${userOf(found.uid)}, so it is not believed or cannot be read`,
      )
  }
  if (problems.length > 0) throw new Problem(listed(problems))
  return `Closed to other users, and all of it of ${userOf(found.uid)}.`
}

async function filesIn(state: string): Promise<readonly string[]> {
  const paths: string[] = []
  for (const folder of [state, ...SMALL_FOLDERS.map((name) => join(state, name))]) {
    const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return []
      throw error.code === 'EACCES' ? new Problem(accessError(folder, error).message) : error
    })
    paths.push(...names.map((name) => join(folder, name)))
  }
  return paths
}
