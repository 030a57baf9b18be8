import { createHash } from 'node:crypto'
import { foldedPath, formerlyFoldedPath } from '../names/safe-path.ts'

const NAME_DIGITS = 32

/** The same for all spellings of a path that count as one, and of one length however long the path is. */
export function nameText(path: readonly string[]): string {
  return digestOf(foldedPath(path))
}

/** What a path may be kept under: first what {@link nameText} answers, and where it differs what versions wrote that told more names apart. */
export function nameTexts(path: readonly string[]): readonly string[] {
  const [folded, formerly] = [foldedPath(path), formerlyFoldedPath(path)]
  return folded === formerly ? [digestOf(folded)] : [digestOf(folded), digestOf(formerly)]
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, NAME_DIGITS)
}
