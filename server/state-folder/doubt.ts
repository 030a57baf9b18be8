import type { Stats } from 'node:fs'
import { lstatSync } from 'node:fs'
import { dirname } from 'node:path'
import { ReceiveError, receiveErrorFrom } from '../base/errors.ts'
import { isBelieved, isRoot, newOwner, spelledUser, thisUser, userOf } from './owner.ts'

/** Who may write to a file, or a folder, beside its owner. */
export const OTHERS_WRITE = 0o022
/** What others must not do even in a folder of root's. */
export const EVERYBODY_WRITES = 0o002
/** Everything that others may do. */
export const OTHERS_ALL = 0o077

/** What is asked of a file beside being one. */
export type Rule = {
  /**
   * The folder that the file is in, where that one may lie on a file system that keeps no owners or no permissions, as
   * the receiving folder may: then a file says no more than its folder. Undefined for what is secret or grants
   * something.
   */
  readonly folder?: Pick<Stats, 'uid' | 'mode'>
}

/**
 * Why a file of the receiver's own is not believed, as a sentence that says what to do; undefined when it is believed.
 */
export function doubtIn(
  path: string,
  stats: Pick<Stats, 'isFile' | 'uid' | 'mode'>,
  { folder }: Rule = {},
): string | undefined {
  if (!stats.isFile()) return doubt(path, 'is not a file', 'Move it away.')
  if (thisUser() === undefined) return undefined
  if (!isBelieved(stats.uid) && stats.uid !== folder?.uid) {
    return doubt(
      path,
      `belongs to ${userOf(stats.uid)}`,
      `If you know what it says, \`${chownOf(path)}\`; else move it away.`,
    )
  }
  const isOpenPlace = folder !== undefined && (folder.mode & OTHERS_WRITE) !== 0
  if ((stats.mode & OTHERS_WRITE) === 0 || isOpenPlace) return undefined
  const mode = shownMode(stats.mode)
  return doubt(
    path,
    `can be changed by other users (mode ${mode})`,
    `If nobody did, \`chmod 600 ${path}\`; else move it away.`,
  )
}

/**
 * Why a file cannot be believed that could not be opened or read, as a sentence; undefined for errors that say nothing
 * about the file, as that too many are open.
 */
export function doubtFrom(path: string, error: unknown): string | undefined {
  const { code = '' } = error as NodeJS.ErrnoException
  switch (code) {
    case 'ELOOP':
    case 'EMLINK':
      return doubt(path, 'is a symbolic link', 'Move it away.')
    case 'ENXIO':
    case 'EISDIR':
    case 'ERR_FS_EISDIR':
      return doubt(path, 'is not a file', 'Move it away.')
    case 'ENOTDIR':
      return doubt(path, 'cannot be in its folder, which is none', `Move ${dirname(path)} away.`)
    case 'EACCES':
    case 'EPERM':
      return accessDoubt(path, code)
    case 'EIO':
    case 'ESTALE':
      return doubt(path, `cannot be read (${code})`, 'Look at its disk.')
    default:
      return undefined
  }
}

/** That this user may not do something with a file or a folder, whose it is, and what to do, as a ReceiveError. */
export function accessError(path: string, error: unknown): ReceiveError {
  const { code = 'EACCES' } = error as NodeJS.ErrnoException
  return receiveErrorFrom(error, 'STORAGE_NOT_WRITABLE', accessDoubt(path, code))
}

/** That something of the receiver's own is not believed. */
export function notBelieved(sentence: string): ReceiveError {
  return new ReceiveError('STORAGE_NOT_WRITABLE', sentence)
}

/** A mode for people: `0777`. */
export function shownMode(mode: number): string {
  return `0${(mode & 0o777).toString(8).padStart(3, '0')}`
}

/** The command that gives something to the user of this process, or to the one that it works for. */
export function chownOf(path: string, flags = ''): string {
  const uid = newOwner()?.uid ?? thisUser() ?? 0
  return `chown ${flags}${spelledUser(uid)} ${path}`
}

function doubt(path: string, why: string, remedy: string): string {
  return `${path} is not believed, because it ${why}. ${remedy}`
}

function accessDoubt(path: string, code: string): string {
  const { closed, uid } = closedAt(path)
  const self = thisUser()
  const who =
    self === undefined || uid === undefined
      ? ''
      : `: it belongs to ${userOf(uid)}, and this process runs as ${userOf(self)}`
  const remedy =
    self === undefined || isRoot() || uid === undefined || uid === self
      ? 'Look at its permissions.'
      : `${uid === 0 ? 'Run the command as root' : `Run the command as ${userOf(uid)}, or as root`}; or, if ${userOf(self)} is to have it, \`${chownOf(closed, '-R ')}\` as root.`
  return `${closed} cannot be used (${code})${who}. ${remedy}`
}

/**
 * What keeps a user from a path: the path itself when it can be looked at, or else the first folder above that can be.
 */
function closedAt(path: string): { readonly closed: string; readonly uid: number | undefined } {
  for (let at = path; ; at = dirname(at)) {
    try {
      return { closed: at, uid: lstatSync(at).uid }
    } catch (error) {
      if (at === dirname(at)) return { closed: path, uid: undefined }
      if (!(error instanceof Error)) throw error
    }
  }
}
