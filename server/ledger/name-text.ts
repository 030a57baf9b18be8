import { createHash } from 'node:crypto'
import { foldedPath, formerlyFoldedPath } from '../names/safe-path.ts'

const NAME_DIGITS = 32

/** A text that is the same for all spellings of a path that count as one, and has the same length for every path. */
export function nameText(path: readonly string[]): string {
  return digestOf(foldedPath(path))
}

/**
 * The texts under which a path may be kept: the one of {@link nameText}, and where it differs, the one of earlier
 * versions, which told more names apart.
 */
export function nameTexts(path: readonly string[]): readonly string[] {
  const [folded, formerly] = [foldedPath(path), formerlyFoldedPath(path)]
  return folded === formerly ? [digestOf(folded)] : [digestOf(folded), digestOf(formerly)]
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, NAME_DIGITS)
}
