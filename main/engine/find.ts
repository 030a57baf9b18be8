import { createStateGuard, type OwnState } from './source/state-folders.ts'
import { type Skipped, type WalkedEntry, walk } from './source/walk.ts'

export type FindOptions = {
  readonly receiver: string
  /** Folder below the receiving folder, one element for each component. @default the receiving folder itself */
  readonly into?: readonly string[]
  /** Told how many files and empty folders were found so far. @default nobody is */
  readonly onFound?: (count: number) => void
}

/** What there is to send; what cannot be queued is named in `skipped`, with a sentence. */
export type Found = { readonly entries: readonly WalkedEntry[]; readonly skipped: readonly Skipped[] }

/** Finds what there is to send at `paths`, but for private state and what `isQueued`. Finds nothing at all when it is aborted. */
export async function find(
  paths: readonly string[],
  { into = [], onFound }: FindOptions,
  ownState: readonly OwnState[],
  isQueued: (entry: WalkedEntry) => boolean,
  signal?: AbortSignal,
): Promise<Found> {
  const entries: WalkedEntry[] = []
  const skipped: Skipped[] = []
  for await (const walked of walk(paths, createStateGuard(ownState))) {
    if (signal?.aborted) return { entries: [], skipped: [] }
    if (walked.kind === 'skipped') skipped.push(walked.skipped)
    else {
      const entry = { ...walked.entry, path: [...into, ...walked.entry.path] }
      if (isQueued(entry)) skipped.push(alreadyQueued(entry))
      else entries.push(entry)
      onFound?.(entries.length)
    }
  }
  return signal?.aborted ? { entries: [], skipped: [] } : { entries, skipped }
}

function alreadyQueued({ source }: WalkedEntry): Skipped {
  return { name: source, reason: 'ALREADY_QUEUED', message: 'It is in the queue already.' }
}
