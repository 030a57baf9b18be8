import { lstatSync, mkdirSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import envPaths from 'env-paths'

const OWNER_ONLY = 0o700
const OTHERS = 0o077

/**
 * The folder in which what the program is compiled to is kept, made when it is missing; undefined when there is none
 * that belongs to this user alone. Versions of Node do not understand each other, and what is kept of a send has only
 * the functions that a send calls.
 *
 * @param command the first word of the command line.
 * @param cache where this user keeps what can be made again.
 * @param home its owner is who the folders are for: root may run with the home of somebody else.
 */
export function codeFolder(
  command: string | undefined,
  cache: string = envPaths('longshore', { suffix: '' }).cache,
  home: string = homedir(),
): string | undefined {
  const use = command === 'send' ? 'send' : 'other'
  const directory = join(cache, 'code', `${process.version}-${process.arch}-${use}`)
  try {
    if (!isMine(home)) return undefined
    mkdirSync(directory, { recursive: true, mode: OWNER_ONLY })
    return isMine(directory) && isClosed(directory) ? directory : undefined
  } catch (error) {
    // A home that is read-only, full, or not there.
    if ((error as NodeJS.ErrnoException).syscall === undefined) throw error
    return undefined
  }
}

/** Windows tells no owner; what is below the folders of a user is private there. */
function isMine(path: string): boolean {
  return process.getuid === undefined || lstatSync(path).uid === process.getuid()
}

function isClosed(directory: string): boolean {
  return process.platform === 'win32' || (lstatSync(directory).mode & OTHERS) === 0
}
