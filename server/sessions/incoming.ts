import type { IncomingFile } from '../../proto/own-receiver.ts'
import { bytesIn } from '../bytes/range-set.ts'
import type { Session } from './session.ts'

/** Somebody looks at a screen; more would only make it longer. */
const MOST_SHOWN = 100

/**
 * What is arriving, by path, of the uploads that somebody is busy with. Small files that come whole are stored sooner
 * than anybody could see them.
 */
export function incomingOf(sessions: readonly Session[]): IncomingFile[] {
  return sessions
    .filter(({ finished }) => finished === undefined)
    .map(({ record: { fileId, path, sizeBytes, owner }, stored }) => ({
      id: fileId,
      path: path.join('/'),
      bytes: sizeBytes,
      bytesStored: bytesIn(stored),
      ...(owner !== undefined && { device: owner }),
    }))
    .sort((one, other) => one.path.localeCompare(other.path, 'en', { numeric: true }))
    .slice(0, MOST_SHOWN)
}
