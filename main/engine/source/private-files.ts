import { type BigIntStats, constants } from 'node:fs'
import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { isReceiverIdentity, unlessUnreadable } from './state-shapes.ts'

/** No private file of Longshore is longer, bytes: a list of receivers takes about a kilobyte for each. */
const MOST_BYTES = 256 * 1024

/** What people and editors make of `identity.pem`, `receivers.json` and `pairing.json` has one of these in its name. */
const TELLING = /identity|receivers|pairing|\.pem|\.key/i

/** What became a pipe since it was looked at is not waited for. Windows knows no such flag. */
const READ_ONLY = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)

/**
 * Whether a file found in a folder is worth opening to see whether it is private: by its name, or because it has several names and is for its owner
 * only, as all private files of Longshore are. To open every file would make a folder of many take long.
 */
export function mayBePrivate(name: string, stats: BigIntStats): boolean {
  return TELLING.test(name) || (stats.nlink > 1n && (stats.mode & 0o077n) === 0n)
}

/**
 * Whether there is in a file what is secret wherever it lies: the key of a receiver, the tokens for receivers, or a pairing code. The key of somebody's web server,
 * or a list of other receivers, is not.
 */
export async function holdsSecret(path: string, { size }: BigIntStats): Promise<boolean> {
  if (size > MOST_BYTES) return false
  const text = await readFile(path, { encoding: 'latin1', flag: READ_ONLY }).catch(unlessUnreadable)
  return text !== undefined && (isReceiverIdentity(text) || isListOfReceivers(text) || isPairingCode(text))
}

/** Not parsed: what an editor keeps of a list while it is written to is no JSON. */
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
