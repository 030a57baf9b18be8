import { randomUUID } from 'node:crypto'
import type { BigIntStats } from 'node:fs'
import { lstat, readdir, stat } from 'node:fs/promises'
import { basename, resolve, sep } from 'node:path'
import type { SkippedPath } from '../../contract/contract.ts'
import type { SourceIdentity } from './resume-store.ts'
import { identityOf } from './source.ts'
import { createStateGuard, type OwnState, type StateGuard } from './state-folders.ts'

/** One thing to send: a file, or a folder with nothing in it. */
export type WalkedEntry = {
  /** Absolute. */
  readonly source: string
  /**
   * Where it goes, one element for each path component; begins with the name of the dropped folder when there is one.
   */
  readonly path: readonly string[]
  /** Absent for an empty folder. */
  readonly identity?: SourceIdentity
  readonly folder?: { readonly id: string; readonly name: string }
}

/** A path that is not sent. The reason tells what a person must look at (SOURCE_*) from what is left out on purpose. */
export type Skipped = SkippedPath & {
  readonly reason: 'SOURCE_MISSING' | 'SOURCE_UNREADABLE' | 'NOT_A_FILE' | 'ALREADY_QUEUED' | 'STATE_FOLDER'
  /** The person named this very path; absent for what was found in a folder. */
  readonly named?: true
}

export type Walked =
  | { readonly kind: 'entry'; readonly entry: WalkedEntry }
  | { readonly kind: 'skipped'; readonly skipped: Skipped }

export type FindOptions = {
  readonly receiver: string
  /** Folder below the receiving folder, one element for each component. @default the receiving folder itself */
  readonly into?: readonly string[]
  /** Told how many files and empty folders were found so far. @default nobody is */
  readonly onFound?: (count: number) => void
}

/** What there is to send; what cannot be queued is named in `skipped`, with a sentence. */
export type Found = { readonly entries: readonly WalkedEntry[]; readonly skipped: readonly Skipped[] }

/**
 * Finds what there is to send at `paths`, but for private state and what `isQueued`. Finds nothing at all when it is
 * aborted.
 */
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
      const found = walked.entry
      const entry = into.length === 0 ? found : { ...found, path: into.concat(found.path) }
      if (isQueued(entry)) skipped.push(alreadyQueued(entry))
      else entries.push(entry)
      onFound?.(entries.length)
    }
  }
  return signal?.aborted ? { entries: [], skipped: [] } : { entries, skipped }
}

/**
 * Turns dropped paths into files and empty folders, in name order. A path that was dropped itself may be a symbolic
 * link; links inside folders are skipped, because they may lead anywhere, or in circles. Nothing but files and folders
 * is ever opened: opening a FIFO would wait for ever. What `guard` calls private is skipped, too.
 */
export async function* walk(paths: readonly string[], guard = createStateGuard([])): AsyncGenerator<Walked> {
  for (const dropped of paths) {
    const source = resolve(dropped)
    const name = basename(source)
    try {
      const stats = await stat(source, { bigint: true })
      if (await guard.covers(source)) yield named(stateAt(source))
      else if (stats.isDirectory()) yield* walkFolder(source, stats, [name], { id: randomUUID(), name }, guard)
      else yield named(classify(source, [name], stats))
    } catch (error) {
      yield named(unreadable(dropped, error))
    }
  }
}

function named(walked: Walked): Walked {
  return walked.kind === 'skipped' ? { ...walked, skipped: { ...walked.skipped, named: true } } : walked
}

let collator: Intl.Collator | undefined

/** `p2` before `p10`, as people count. */
function naturalOrder(one: string, other: string): number {
  // Takes several milliseconds to make, and who sends one file needs none.
  collator ??= new Intl.Collator('en', { numeric: true })
  return collator.compare(one, other)
}

/**
 * So many entries of a folder are looked at together. One by one, a folder of 100,000 files on a network drive would
 * take 100,000 round trips.
 */
const LOOKS_AT_ONCE = 64

async function* walkFolder(
  source: string,
  stats: BigIntStats,
  path: readonly string[],
  folder: { readonly id: string; readonly name: string },
  guard: StateGuard,
): AsyncGenerator<Walked> {
  let names: string[]
  try {
    names = (await readdir(source)).sort(naturalOrder)
  } catch (error) {
    yield unreadable(source, error)
    return
  }
  const part = await guard.privateIn(source, stats, names)
  if (part === 'all') {
    yield stateAt(source)
    return
  }
  if (names.length === 0) yield { kind: 'entry', entry: { source, path, folder } }
  const base = source.endsWith(sep) ? source : source + sep
  for (let at = 0; at < names.length; at += LOOKS_AT_ONCE) {
    const looks = await Promise.all(names.slice(at, at + LOOKS_AT_ONCE).map((name) => lookAt(base + name, guard)))
    for (const [index, look] of looks.entries()) {
      const name = names[at + index] ?? ''
      const child = base + name
      // A list that others are spread into keeps room for many more names.
      const childPath = path.concat(name)
      if (part.has(name) || look.kind === 'private') yield stateAt(child)
      else if (look.kind === 'unreadable') yield unreadable(child, look.error)
      else if (look.stats.isDirectory()) yield* walkFolder(child, look.stats, childPath, folder, guard)
      else yield classify(child, childPath, look.stats, folder)
    }
  }
}

type Look =
  | { readonly kind: 'stats'; readonly stats: BigIntStats }
  | { readonly kind: 'private' }
  | { readonly kind: 'unreadable'; readonly error: unknown }

async function lookAt(path: string, guard: StateGuard): Promise<Look> {
  try {
    const stats = await lstat(path, { bigint: true })
    return stats.isFile() && (await guard.isPrivateFile(path, stats)) ? { kind: 'private' } : { kind: 'stats', stats }
  } catch (error) {
    return { kind: 'unreadable', error }
  }
}

function classify(source: string, path: readonly string[], stats: BigIntStats, folder?: WalkedEntry['folder']): Walked {
  const skip = (message: string): Walked => ({
    kind: 'skipped',
    skipped: { name: source, reason: 'NOT_A_FILE', message },
  })
  if (stats.isSymbolicLink()) return skip('It is a symbolic link inside a folder; links are not followed.')
  if (!stats.isFile()) return skip('It is not a file (a pipe, socket or device).')
  const entry = { source, path, identity: identityOf(stats) }
  return { kind: 'entry', entry: folder === undefined ? entry : { ...entry, folder } }
}

function stateAt(name: string): Walked {
  const message = 'It is private state of Longshore (keys, tokens, lists of uploads), which is never sent.'
  return { kind: 'skipped', skipped: { name, reason: 'STATE_FOLDER', message } }
}

function alreadyQueued({ source }: WalkedEntry): Skipped {
  return { name: source, reason: 'ALREADY_QUEUED', message: 'It is in the queue already.' }
}

function unreadable(path: string, error: unknown): Walked {
  const { code, message } = error as NodeJS.ErrnoException
  const sentences: Record<string, string> = {
    // A name with bytes that are not UTF-8 is listed with U+FFFD in their place and cannot be found under that name.
    ENOENT: path.includes('\uFFFD') ? 'Its name is not valid UTF-8; rename it.' : 'There is no such file or folder.',
    EACCES: 'You may not read it.',
    EPERM: 'You may not read it.',
    ELOOP: 'It is a symbolic link that leads in circles.',
  }
  const sentence = sentences[code ?? ''] ?? `It cannot be read (${code ?? message}).`
  const reason = code === 'ENOENT' ? 'SOURCE_MISSING' : 'SOURCE_UNREADABLE'
  return { kind: 'skipped', skipped: { name: path, reason, message: sentence } }
}
