import type { Done, Evidence, Run, SenderFacts, SourceHistory } from '../evidence.ts'

/** MD5s that stand for contents; the oracle never computes one. */
export const md5Of = (content: string): string => content.padEnd(32, '0')

export function facts(name: string, policy: SenderFacts['policy'], ...paths: readonly string[]): SenderFacts {
  const entries = paths.map((path) => {
    const target = path.split('/').at(-1) ?? ''
    return [path, { source: `${name}/${path}`, targets: [target] }] as const
  })
  return { name, policy, entries: new Map(entries), emptyFolders: [] }
}

export function done(path: string, storedAs: string, content: string, bytesSent = 10): Done {
  return { path, storedAs, bytes: 10, bytesSent, md5: md5Of(content) }
}

/** A run after all faults that ended well with these files done. */
export function run(sender: SenderFacts, dones: readonly Done[], more: Partial<Run> = {}): Run {
  const failures = more.failures ?? []
  const files = dones.length + failures.length
  const bytesSent = dones.reduce((sum, one) => sum + one.bytesSent, 0)
  return {
    sender,
    number: 0,
    startedMs: 100,
    endedMs: 200,
    exit: failures.length === 0 ? 0 : 1,
    signals: [],
    dones,
    failures,
    summary: { files, failed: failures.length, bytes: 10 * dones.length, bytesSent },
    stderr: '',
    strayLines: [],
    isAfterFaults: true,
    hung: false,
    ...more,
  }
}

/** A source that had these contents one after the other, a new one each 1000 ms. */
export function source(...contents: readonly string[]): SourceHistory {
  const versions = contents.map((content, index) => {
    const untilMs = index === contents.length - 1 ? Number.POSITIVE_INFINITY : 1000 * (index + 1)
    return { md5: md5Of(content), sha256: content, bytes: 10, fromMs: 1000 * index, untilMs }
  })
  return { versions, now: { md5: md5Of(contents.at(-1) ?? ''), modifiedAtMs: 5 }, modifiedAtMs: 5 }
}

export const line = (path: string, content: string) => ({ path, md5: md5Of(content), size: 10 })

export const record = (storedAs: string, content: string) =>
  ({ fileId: `${storedAs} ${content}`, state: 'finished', storedAs, md5: md5Of(content) }) as const

export const stored = (...files: readonly (readonly [path: string, content: string])[]) =>
  new Map(files.map(([path, content]) => [path, { md5: md5Of(content), bytes: 10 }]))

export const keeper = facts('keeper', 'keep-both', 'a.txt')
const other = facts('other', 'keep-both', 'a.txt')
const replacer = facts('replacer', 'overwrite', 'b.txt')
export const skipper = facts('skipper', 'skip-same', 'c.txt')
export const refuser = facts('refuser', 'refuse', 'a.txt')

/**
 * A round in which everything is right: two keep both, one replaces what was there, one was refused, and something was
 * moved away.
 */
export const right: Evidence = {
  runs: [
    run(keeper, [done('a.txt', 'a.txt', 'one')]),
    run(other, [done('a.txt', 'a (2).txt', 'two')]),
    run(replacer, [done('b.txt', 'b.txt', 'three')]),
    run(replacer, [done('b.txt', 'b.txt', 'four')], { number: 1, startedMs: 1100, endedMs: 1200 }),
    run(skipper, [done('c.txt', 'c.txt', 'five')]),
    run(skipper, [done('c.txt', 'c.txt', 'five', 0)], { number: 1 }),
    run(refuser, [], { failures: [{ path: 'a.txt', reason: 'TARGET_EXISTS', message: 'It is there.' }] }),
  ],
  sources: new Map([
    ['keeper/a.txt', source('one')],
    ['other/a.txt', source('two')],
    ['replacer/b.txt', source('three', 'four')],
    ['skipper/c.txt', source('five')],
    ['refuser/a.txt', source('six')],
  ]),
  stored: stored(['a.txt', 'one'], ['b.txt', 'four'], ['c.txt', 'five']),
  folders: [],
  foldsNames: true,
  log: [
    line('a.txt', 'one'),
    line('a (2).txt', 'two'),
    line('b.txt', 'three'),
    line('b.txt', 'four'),
    line('c.txt', 'five'),
  ],
  records: [
    record('a.txt', 'one'),
    record('a (2).txt', 'two'),
    record('b.txt', 'three'),
    record('b.txt', 'four'),
    record('c.txt', 'five'),
    { fileId: 'open', state: 'receiving' },
  ],
  complaints: [{ kind: 'missing', path: 'a (2).txt', md5: md5Of('two') }],
  moves: [{ path: 'a (2).txt', md5: md5Of('two'), forGood: true }],
  leftovers: [{ path: 'parts/open.part', fileId: 'open' }],
  receiverEnds: [{ signal: 'SIGTERM', exit: 0, stderr: '' }],
  intrusions: [{ exit: 2, changed: [] }],
  repeat: { senders: ['skipper'], newFiles: [] },
}

/** What comes to the right round when somebody else sends one file to it, and it is stored as it should be. */
export function withSender(sender: SenderFacts, path: string, storedAs: string, content: string): Evidence {
  return {
    ...right,
    runs: [...right.runs, run(sender, [done(path, storedAs, content)])],
    sources: new Map([...right.sources, [`${sender.name}/${path}`, source(content)]]),
    log: [...right.log, line(storedAs, content)],
    records: [...right.records, record(storedAs, content)],
    stored: new Map([...right.stored, ...stored([storedAs, content])]),
  }
}
