import { readdir, readFile, realpath } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { hasCode, ReceiveError } from '../errors.ts'
import { STATE_FOLDER } from '../safe-path.ts'
import { fateHere, type Occupant, toOccupant } from './occupant.ts'

/**
 * A receiver of this machine that uses a folder above, whose senders could name what is in this one.
 *
 * @param party see {@link Occupant}: receivers of the same one may be there.
 * @throws ReceiveError BUSY.
 */
export async function mustBeUnderNobody(directory: string, party: string): Promise<void> {
  const start = await realpath(directory).catch(() => resolve(directory))
  for (let above = dirname(start), below = start; above !== below; below = above, above = dirname(above)) {
    for (const occupant of await occupantsOf(above)) {
      if (occupant.party === party || fateHere(occupant) !== 'alive') continue
      throw new ReceiveError(
        'BUSY',
        `Another receiver is already using ${above} (process ${occupant.pid}), which ${directory} is in; give this one a folder that is not in the other's.`,
      )
    }
  }
}

async function occupantsOf(folder: string): Promise<readonly Occupant[]> {
  const records = join(folder, STATE_FOLDER, 'occupants')
  const names = await readdir(records).catch(nobody)
  const texts = await Promise.all(
    names.filter((name) => name.endsWith('.json')).map((name) => readFile(join(records, name), 'utf8').catch(nothing)),
  )
  return texts.flatMap((text) => toOccupant(text) ?? [])
}

/** For `catch`: what cannot be looked into is somebody else's. */
function nobody(error: unknown): readonly string[] {
  if (hasCode(error, 'ENOENT', 'ENOTDIR', 'EACCES', 'EPERM', 'ELOOP')) return []
  throw error
}

/** For `catch`: one that left meanwhile. */
function nothing(error: unknown): string {
  if (hasCode(error, 'ENOENT', 'EACCES', 'EPERM', 'EISDIR')) return ''
  throw error
}
