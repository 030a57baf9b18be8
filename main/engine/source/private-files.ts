import { type BigIntStats, constants } from 'node:fs'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { isReceiverIdentity, unlessUnreadable } from './state-shapes.ts'

/** No private file of Longshore is longer, bytes: a list of receivers takes about a kilobyte for each. */
const MOST_BYTES = 256 * 1024

/**
 * Copies that people and editors make of `identity.pem`, `receivers.json` and `pairing.json` have one of these in their
 * names.
 */
const TELLING = /identity|receivers|pairing|\.pem|\.key/i

/** A file that became a pipe since it was looked at must not block. Windows knows no such flag. */
const READ_ONLY = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)

/**
 * Whether a file in a folder is worth opening, to see whether it is private: because of its name, or because it has
 * several names and only its owner may read it, as with all private files of Longshore. Opening every file would take
 * long in a large folder.
 */
export function mayBePrivate(name: string, stats: BigIntStats): boolean {
  return TELLING.test(name) || (stats.nlink > 1n && (stats.mode & 0o077n) === 0n)
}

/**
 * Whether a file has a secret of Longshore in it: the key of a receiver, tokens for receivers, or a pairing code. The
 * key of a web server, or a list of other receivers, is none.
 */
export async function holdsSecret(path: string, { size }: BigIntStats): Promise<boolean> {
  if (size > MOST_BYTES) return false
  const text = await readFile(path, { encoding: 'latin1', flag: READ_ONLY }).catch(unlessUnreadable)
  return text !== undefined && (isReceiverIdentity(text) || isListOfReceivers(text) || isPairingCode(text))
}

/** Not parsed, because what an editor keeps of a list that is being written is no JSON. */
function isListOfReceivers(text: string): boolean {
  return /"certificatePem"\s*:\s*"/.test(text) && /"(?:sealedT|t)oken"\s*:\s*"[^"]/.test(text)
}

function isPairingCode(text: string): boolean {
  return /^\s*\{[\s\S]*"wrongTries"\s*:/.test(text)
}

/** The files in a folder, and in the folders in it, of which `isOurs` says so by the name in the folder itself. */
export async function filesBelow(folder: string, isOurs: (name: string) => boolean): Promise<readonly BigIntStats[]> {
  const names = ((await readdir(folder).catch(unlessUnreadable)) ?? []).filter(isOurs)
  const below = await Promise.all(
    names.map(async (name): Promise<readonly BigIntStats[]> => {
      const path = join(folder, name)
      const stats = await stat(path, { bigint: true }).catch(unlessUnreadable)
      if (stats?.isFile()) return [stats]
      const inside = stats?.isDirectory() ? await readdir(path).catch(unlessUnreadable) : []
      const all = (inside ?? []).map((child) => stat(join(path, child), { bigint: true }).catch(unlessUnreadable))
      return (await Promise.all(all)).filter((child) => child?.isFile()).flatMap((child) => child ?? [])
    }),
  )
  return below.flat()
}
