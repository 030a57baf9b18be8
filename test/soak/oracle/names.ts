import { foldedName, numbered, toSafePath } from '../../../server/names/safe-path.ts'
import type { Done, Evidence, Logged, Run } from '../evidence.ts'
import type { Violation } from './violation.ts'

/** A `done` and who said it. */
type Told = { readonly run: Run; readonly done: Done }

/**
 * Whether every file that was called done was stored under a name of its own, and whether only those were replaced that
 * might be.
 */
export function judgeNames(evidence: Evidence): Violation[] {
  const told = evidence.runs.flatMap((run) => run.dones.map((done): Told => ({ run, done })))
  return [
    ...told.flatMap((one) => mustBeStored(one, evidence)),
    ...evidence.runs.flatMap((run) => mustDiffer(run, evidence)),
    ...mustHaveOneKeeper(told, evidence),
    ...replacements(evidence),
    ...refusals(evidence),
    ...foldedTwice(evidence),
    ...storedAgain(evidence),
  ]
}

/**
 * The log knows each file that was called done, under a name that fits, and so does the ledger, unless it was there
 * already.
 */
function mustBeStored({ run, done }: Told, { log, records }: Evidence): Violation[] {
  const { path, storedAs, md5, bytesSent } = done
  const wrong = (what: string): Violation => ({ rule: 'done without a file', what: `${shown(run)}: “${path}” ${what}` })
  const found: Violation[] = []
  const targets = run.sender.entries.get(path)?.targets ?? []
  if (!targets.some((target) => isNameFor(storedAs, target))) found.push(wrong(`is stored as “${storedAs}”`))
  if (!log.some((line) => line.path === storedAs && line.md5 === md5))
    found.push(wrong(`is done as “${storedAs}” with ${md5}, which the log does not know`))
  const mayBeThere = run.sender.policy === 'skip-same' && bytesSent === 0
  const isKnown = records.some((r) => r.state === 'finished' && r.storedAs === storedAs && r.md5 === md5)
  if (!mayBeThere && !isKnown)
    found.push(wrong(`is done as “${storedAs}” with ${md5}, which the ledger does not know as finished`))
  return found
}

/**
 * Sources of one run have as many files as they were called done: only skip-same may take one for another, when they
 * are equal, and only where another command has replaced the first may the second have its name.
 */
function mustDiffer(run: Run, evidence: Evidence): Violation[] {
  const names = new Map<string, Done>()
  return run.dones.flatMap((done): Violation[] => {
    const other = names.get(done.storedAs)
    names.set(done.storedAs, done)
    if (other === undefined || (run.sender.policy === 'skip-same' && other.md5 === done.md5)) return []
    if (isFreed(evidence, other) || isFreed(evidence, done)) return []
    if (isReplacedBetween(run, other, done, evidence)) return []
    const what = `${shown(run)}: “${other.path}” and “${done.path}” are both done as “${done.storedAs}”`
    return [{ rule: 'lost file', what }]
  })
}

/**
 * Nobody but an overwrite comes to a name that is taken. So of all commands' entries that were stored under one name
 * with one content, one at most kept its hands off what was there, unless somebody moved the file away. Entries of one
 * command share a name only where a later run overwrites what an earlier one stored.
 */
function mustHaveOneKeeper(told: readonly Told[], evidence: Evidence): Violation[] {
  const byName = new Map<string, Map<string, Told>>()
  for (const one of told) {
    const { sender } = one.run
    if (sender.policy === 'skip-same') continue
    const entries = byName.get(one.done.storedAs) ?? new Map<string, Told>()
    byName.set(one.done.storedAs, entries)
    entries.set(JSON.stringify([sender.name, one.done.path, one.done.md5]), one)
  }
  return [...byName.values()].flatMap((entries) =>
    pairs([...entries.values()]).flatMap(([one, other]): Violation[] => {
      const isSameCommand = one.run.sender === other.run.sender
      const isSameEntry = isSameCommand && one.done.path === other.done.path
      const isSameContent = one.done.md5 === other.done.md5
      const keeps = [one, other].filter(({ run }) => run.sender.policy !== 'overwrite').length
      // Different contents are the affair of the log, which knows which of them came first.
      const mustNot = keeps === 2 && (isSameCommand ? one.run !== other.run && !isSameEntry : isSameContent)
      if (!mustNot || isFreed(evidence, one.done) || isFreed(evidence, other.done)) return []
      const what = `${shown(one.run)} “${one.done.path}” and ${shown(other.run)} “${other.done.path}” are both done as “${other.done.storedAs}”`
      return [{ rule: 'lost file', what }]
    }),
  )
}

/** Somebody moved this very file away, so its name was free again. */
function isFreed({ moves }: Evidence, { storedAs, md5 }: Pick<Done, 'storedAs' | 'md5'>): boolean {
  return moves.some((move) => move.path === storedAs && move.md5 === md5)
}

/** Whether the log has an overwrite of another command between the lines of two files of one name. */
function isReplacedBetween({ sender }: Run, one: Done, other: Done, evidence: Evidence): boolean {
  const lines = evidence.log.filter(({ path }) => path === one.storedAs).map(({ md5 }) => md5)
  const [first = 0, last = 0] = [lines.indexOf(one.md5), lines.lastIndexOf(other.md5)].sort((a, b) => a - b)
  const others = overwritten(evidence, sender.name)
  return first >= 0 && lines.slice(first + 1, last).some((md5) => others.has(md5))
}

/** The MD5s of all that commands of overwrite may have stored, one of them left out. */
function overwritten({ runs, sources }: Evidence, leftOut?: string): ReadonlySet<string> {
  const senders = new Set(runs.map(({ sender }) => sender))
  const contents = [...senders]
    .filter(({ name, policy }) => policy === 'overwrite' && name !== leftOut)
    .flatMap(({ entries }) => [...entries.values()])
    .flatMap(({ source }) => sources.get(source)?.versions ?? [])
  return new Set(contents.map(({ md5 }) => md5))
}

/** In the log, what follows on a name must be an overwrite, unless what was there was moved away. */
function replacements(evidence: Evidence): Violation[] {
  const overwriting = overwritten(evidence)
  const before = new Map<string, Logged>()
  return evidence.log.flatMap((line): Violation[] => {
    const was = before.get(line.path)
    before.set(line.path, line)
    if (was === undefined || was.md5 === line.md5 || overwriting.has(line.md5)) return []
    if (isFreed(evidence, { storedAs: was.path, md5: was.md5 })) return []
    const what = `${line.md5} took the name “${line.path}” from ${was.md5}, and no overwrite sent it`
    return [{ rule: 'lost file', what }]
  })
}

/** Whoever was refused because the name was taken was told the truth. */
function refusals({ runs, stored, moves }: Evidence): Violation[] {
  const there = new Set([...stored.keys(), ...moves.map(({ path }) => path)].map(foldedPath))
  return runs.flatMap((run) =>
    run.failures.flatMap(({ path, reason }): Violation[] => {
      const targets = run.sender.entries.get(path)?.targets ?? []
      const isTaken = targets.some((target) => there.has(foldedPath(toSafePath(target.split('/')).join('/'))))
      if (reason !== 'TARGET_EXISTS' || isTaken) return []
      return [{ rule: 'done without a file', what: `${shown(run)}: “${path}” exists already, and nothing is there` }]
    }),
  )
}

function storedAgain({ repeat }: Evidence): Violation[] {
  if (repeat === undefined || repeat.newFiles.length === 0) return []
  const what = `${repeat.senders.join(', ')} ran again and stored ${repeat.newFiles.join(', ')}`
  return [{ rule: 'stored again', what }]
}

function foldedTwice({ stored, folders, foldsNames }: Evidence): Violation[] {
  if (!foldsNames) return []
  const names = new Map<string, string>()
  return [...stored.keys(), ...folders].flatMap((path): Violation[] => {
    const other = names.get(foldedPath(path))
    names.set(foldedPath(path), path)
    // A pair of folders is told once, not again for each file in them.
    if (other === undefined || parentOf(other) !== parentOf(path)) return []
    return [{ rule: 'names that fold equal', what: `“${other}” and “${path}”` }]
  })
}

/**
 * Whether a receiver that was asked for `target` may store it under this name: as it is spelled there, with a number
 * when that was taken.
 */
export function isNameFor(storedAs: string, target: string): boolean {
  const wanted = toSafePath(target.split('/'))
  const parts = storedAs.split('/')
  const [name = '', wantedName = ''] = [parts.at(-1), wanted.at(-1)]
  if (foldedPath(parts.slice(0, -1).join('/')) !== foldedPath(wanted.slice(0, -1).join('/'))) return false
  const counts = [...name.matchAll(/ \((\d+)\)/g)].map(([, count]) => Number(count))
  const names = [wantedName, ...counts.map((count) => numbered(wantedName, count))]
  return names.some((one) => foldedName(one) === foldedName(name))
}

export function foldedPath(path: string): string {
  return path.split('/').map(foldedName).join('/')
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')))
}

function pairs<T>(all: readonly T[]): (readonly [T, T])[] {
  return all.flatMap((one, index) => all.slice(index + 1).map((other) => [one, other] as const))
}

function shown({ sender, number }: Run): string {
  return `${sender.name} (${sender.policy}), run ${number}`
}
