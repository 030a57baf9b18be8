import { toSafePath } from '../../../server/names/safe-path.ts'
import type { Evidence, Logged } from '../evidence.ts'
import { foldedPath } from './names.ts'
import type { Violation } from './violation.ts'

/** What lies there at the end against what the log, the ledger and `verify` say of it, and how receivers behaved. */
export function judgeFolder(evidence: Evidence): Violation[] {
  return [
    ...logAgainstDisk(evidence),
    ...unknownFiles(evidence),
    ...recordsAgainstLog(evidence),
    ...movedAway(evidence),
    ...complaints(evidence),
    ...emptyFolders(evidence),
    ...leftovers(evidence),
    ...receivers(evidence),
  ]
}

/** The last line of a path is what is there, unless somebody moved it away. */
function logAgainstDisk({ log, stored, moves }: Evidence): Violation[] {
  const last = new Map<string, Logged>(log.map((line) => [line.path, line]))
  return [...last].flatMap(([path, { md5, size }]): Violation[] => {
    const wrong = (what: string): Violation[] => [{ rule: 'log and disk differ', what: `“${path}” ${what}` }]
    const there = stored.get(path)
    if (there === undefined) {
      const isMoved = moves.some((move) => move.path === path && move.md5 === md5)
      return isMoved ? [] : wrong(`is logged with ${md5} and is not there`)
    }
    if (there.md5 !== md5) return wrong(`is logged with ${md5} last, and ${there.md5} is there`)
    // The size of an object was compared with its digest.
    return there.bytes === size || there.bytes === -1
      ? []
      : wrong(`is logged with ${size} bytes and has ${there.bytes}`)
  })
}

function unknownFiles({ log, stored }: Evidence): Violation[] {
  const logged = new Set(log.map(({ path }) => path))
  const unknown = [...stored.keys()].filter((path) => !logged.has(path))
  return unknown.map((path) => ({
    rule: 'log and disk differ',
    what: `“${path}” is there, and the log has no line of it`,
  }))
}

/** A line is written before the ledger is told that the file is finished. */
function recordsAgainstLog({ records, log }: Evidence): Violation[] {
  const logged = new Set(log.map(({ path, md5 }) => `${md5} ${path}`))
  return records.flatMap(({ state, storedAs, md5 }): Violation[] =>
    state !== 'finished' || logged.has(`${md5} ${storedAs}`)
      ? []
      : [
          {
            rule: 'log and disk differ',
            what: `the ledger has ${md5} finished as “${storedAs}”, the log has no such line`,
          },
        ],
  )
}

function movedAway({ moves, stored }: Evidence): Violation[] {
  return moves.flatMap(({ path, md5, forGood }): Violation[] =>
    forGood && stored.get(path)?.md5 === md5
      ? [{ rule: 'came back', what: `“${path}” was moved away and is back` }]
      : [],
  )
}

function complaints({ complaints = [], moves }: Evidence): Violation[] {
  return complaints.flatMap(({ kind, path, md5 }): Violation[] => {
    const isMoved = kind === 'missing' && moves.some((move) => move.path === path && move.md5 === md5)
    return isMoved ? [] : [{ rule: 'verify complains', what: `“${path}” is ${kind}` }]
  })
}

/** Empty folders of commands that ended with 0 are there, in the spelling of whoever came first. */
function emptyFolders({ runs, folders }: Evidence): Violation[] {
  const there = new Set(folders.map(foldedPath))
  return runs.flatMap(({ exit, sender }): Violation[] => {
    if (exit !== 0) return []
    const missing = sender.emptyFolders.filter((path) => !there.has(foldedPath(toSafePath(path.split('/')).join('/'))))
    return missing.map((path) => ({
      rule: 'done without a file',
      what: `${sender.name}: there is no folder “${path}”`,
    }))
  })
}

/** Of uploads that the ledger calls unfinished, parts may be there: their senders may come back. */
function leftovers({ leftovers, records }: Evidence): Violation[] {
  const unfinished = new Set(records.filter(({ state }) => state !== 'finished').map(({ fileId }) => fileId))
  return leftovers.flatMap(({ path, fileId }): Violation[] =>
    fileId !== undefined && unfinished.has(fileId) ? [] : [{ rule: 'left behind', what: path }],
  )
}

function receivers({ receiverEnds, intrusions, moves }: Evidence): Violation[] {
  const wrong = (what: string): Violation => ({ rule: 'receiver', what })
  // Somebody may have moved a file away meanwhile.
  const moved = new Set(moves.map(({ path }) => path))
  return [
    ...receiverEnds
      .filter(({ exit }) => exit !== 0)
      .map(({ signal, exit, stderr }) => wrong(`ended with ${exit} after ${signal}: ${stderr.slice(-300)}`)),
    ...intrusions.flatMap(({ exit, changed: all }) => {
      const changed = all.filter((path) => !moved.has(path))
      return [
        ...(exit === 2 ? [] : [wrong(`a second one on the same folder ended with ${exit} instead of 2`)]),
        ...(changed.length === 0
          ? []
          : [wrong(`a second one on the same folder changed ${changed.slice(0, 5).join(', ')}`)]),
      ]
    }),
  ]
}
