import { createHash } from 'node:crypto'
import { foldedPath } from '../safe-path.ts'

const NAME_DIGITS = 32

/** The same for all spellings of a path that count as one, and of one length however long the path is. */
export function nameText(path: readonly string[]): string {
  return createHash('sha256').update(foldedPath(path)).digest('hex').slice(0, NAME_DIGITS)
}
