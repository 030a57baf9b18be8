import type { ConflictChoice, ConflictPolicy } from '../contract/preferences.ts'
import type { Question, Some, TakenAnswer } from '../contract/question.ts'
import type { CheckedNames, ToQueue, WalkedEntry } from '../engine/engine.ts'

/** Of each kind; the others are only counted. */
const TOLD = 5

/** What a receiver says of the names of what is about to be queued. */
export type SortedNames = {
  /** All but those that it refuses; also those that it did not tell about. */
  readonly storable: readonly WalkedEntry[]
  readonly refused: readonly string[]
  readonly renamed: readonly { readonly name: string; readonly storedAs: string }[]
  /** Files; folders go together. */
  readonly taken: ReadonlySet<WalkedEntry>
  /** How many of those that are taken have the size of what is there. */
  readonly sameSize: number
  readonly mayOverwrite: boolean
  /** It did not tell about all. */
  readonly isPartial: boolean
}

/** Sorts what is about to be queued by what the receiver answered; without an answer everything counts as storable. */
export function sortNames(entries: readonly WalkedEntry[], checked: CheckedNames | undefined): SortedNames {
  const storable: WalkedEntry[] = []
  const refused: string[] = []
  const renamed: SortedNames['renamed'][number][] = []
  const taken = new Set<WalkedEntry>()
  let sameSize = 0
  for (const [index, entry] of entries.entries()) {
    const told = checked?.names[index]
    if (told?.kind === 'refused') {
      refused.push(entry.path.join('/'))
      continue
    }
    storable.push(entry)
    if (told === undefined) continue
    if (isRenamed(entry, told.storedAs)) renamed.push({ name: entry.path.join('/'), storedAs: told.storedAs })
    if (told.kind === 'free' || entry.identity === undefined) continue
    taken.add(entry)
    if (told.kind === 'same-size') sameSize += 1
  }
  const isPartial = checked !== undefined && checked.names.length < entries.length
  return { storable, refused, renamed, taken, sameSize, mayOverwrite: checked?.mayOverwrite ?? true, isPartial }
}

/**
 * What the person has to decide about names. A person who has decided once for all times is asked only about names that
 * cannot be stored.
 */
export function questionsOf(
  { refused, renamed, taken, sameSize, mayOverwrite, isPartial }: SortedNames,
  onConflict: ConflictChoice,
): Pick<Question, 'refused' | 'renamed' | 'taken' | 'isPartial'> {
  const isAsked = onConflict === 'ask'
  const names = [...taken].map(({ path }) => path.join('/'))
  const asked = {
    ...(refused.length > 0 && { refused: someOf(refused) }),
    ...(isAsked && renamed.length > 0 && { renamed: someOf(renamed) }),
    ...(isAsked && taken.size > 0 && { taken: { ...someOf(names), sameSize, mayOverwrite } }),
  }
  return isPartial && Object.keys(asked).length > 0 ? { ...asked, isPartial } : asked
}

/** The policy for names about which nobody is asked: nothing is lost. */
export function policyOf(onConflict: ConflictChoice): ConflictPolicy {
  return onConflict === 'ask' ? 'keep-both' : onConflict
}

/**
 * What is queued after the decision about names that are taken. Of several files that are added under one name, only
 * the first ever replaces what is there; otherwise they would replace each other.
 */
export function treated({ storable, taken }: SortedNames, decision: ConflictPolicy | TakenAnswer): readonly ToQueue[] {
  if (decision === 'leave-out') return storable.filter((entry) => !taken.has(entry))
  if (decision !== 'overwrite') return storable.map((entry) => ({ ...entry, onConflict: decision }))
  const names = new Set<string>()
  return storable.map((entry) => {
    const name = foldedNameOf(entry)
    const isFirst = !names.has(name)
    names.add(name)
    return { ...entry, onConflict: isFirst ? decision : 'keep-both' }
  })
}

/** The first of some, and how many there are. */
export function someOf<T>(all: readonly T[]): Some<T> {
  return { count: all.length, first: all.slice(0, TOLD) }
}

/** The receiver may put everything into a folder of its own. Normalisation is nothing that a person could see. */
function isRenamed({ path }: WalkedEntry, storedAs: string): boolean {
  return !`/${storedAs}`.endsWith(`/${path.join('/').normalize('NFC')}`)
}

/** One for names that some system takes for the same. */
function foldedNameOf({ path }: WalkedEntry): string {
  return path.join('/').normalize('NFC').toLowerCase()
}
