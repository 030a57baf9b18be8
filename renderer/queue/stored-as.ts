/**
 * How a stored name came about: as it was sent, with a number because it was taken, or otherwise because not every
 * system can store it as it is.
 */
export type Naming = 'done' | 'doneNumbered' | 'doneOtherwise'

/**
 * Compares the path of an upload (that of an empty folder ends with a slash) with where it is stored, which may be in a
 * folder that the receiver chose.
 */
export function namingOf(path: string, storedAs: string): Naming {
  if (isBelow(path, storedAs)) return 'done'
  const unnumbered = storedAs.replace(/^(.*) \(\d+\)([^/]*)$/s, '$1$2')
  return isBelow(path, unnumbered) ? 'doneNumbered' : 'doneOtherwise'
}

/** Names that differ by case or normalisation only are in a folder that was there before. */
function isBelow(path: string, storedAs: string): boolean {
  return `/${folded(storedAs)}`.endsWith(`/${folded(path.replace(/\/$/, ''))}`)
}

function folded(path: string): string {
  return path.normalize('NFC').toLowerCase()
}
