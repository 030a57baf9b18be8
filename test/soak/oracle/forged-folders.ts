import type { Evidence, SourceHistory } from '../evidence.ts'
import type { Forgery } from './forged-runs.ts'
import { line, md5Of, record, right, source, stored } from './right-round.ts'
import type { Rule } from './violation.ts'

function forged(what: string, rule: Rule, change: Partial<Evidence>): Forgery {
  return [what, rule, { ...right, ...change }]
}

const withFile = (path: string, content: string) => new Map([...right.stored, ...stored([path, content])])
const withSource = (history: SourceHistory) => new Map([...right.sources, ['keeper/a.txt', history] as const])

export const FORGED_FOLDERS: readonly Forgery[] = [
  forged('a wrong byte in a stored file', 'log and disk differ', { stored: withFile('a.txt', 'rotten') }),
  forged('a stored file that is missing', 'log and disk differ', {
    stored: stored(['b.txt', 'four'], ['c.txt', 'five']),
  }),
  forged('a file that the log does not know', 'log and disk differ', { stored: withFile('z.txt', 'z') }),
  forged('lines of the log out of order', 'log and disk differ', { log: [...right.log, line('b.txt', 'three')] }),
  forged('a size in the log that is not that of the file', 'log and disk differ', {
    log: [...right.log, { ...line('c.txt', 'five'), size: 9 }],
  }),
  forged('a record of the ledger that the log does not know', 'log and disk differ', {
    records: [...right.records, record('q.txt', 'q')],
  }),
  forged('a done that the ledger does not know', 'done without a file', { records: right.records.slice(1) }),
  forged('a refusal because of nothing', 'done without a file', {
    stored: stored(['b.txt', 'four'], ['c.txt', 'five']),
  }),
  forged('a name that somebody took who may not replace', 'lost file', {
    log: [line('a.txt', 'three'), ...right.log],
  }),
  forged('names that fold equal', 'names that fold equal', { stored: withFile('A.TXT', 'one') }),
  forged('folders whose names fold equal', 'names that fold equal', { folders: ['straße', 'STRASSE'] }),
  forged('a file that skip-same stored again', 'stored again', {
    repeat: { senders: ['skipper'], newFiles: ['c (2).txt'] },
  }),
  forged('a file that was moved away and came back', 'came back', { stored: withFile('a (2).txt', 'two') }),
  forged('a file that verify calls damaged', 'verify complains', {
    complaints: [{ kind: 'damaged', path: 'a.txt', md5: md5Of('one') }],
  }),
  forged('a file that verify misses and nobody moved', 'verify complains', {
    complaints: [{ kind: 'missing', path: 'c.txt', md5: md5Of('five') }],
  }),
  forged('a part of an upload that nobody knows', 'left behind', {
    leftovers: [{ path: 'parts/lost.part', fileId: 'lost' }],
  }),
  forged('a small file beside its name', 'left behind', { leftovers: [{ path: 'small/x.part' }] }),
  forged('a source with other content', 'source touched', {
    sources: withSource({ ...source('one'), now: { md5: md5Of('x'), modifiedAtMs: 5 } }),
  }),
  forged('a source with another time', 'source touched', {
    sources: withSource({ ...source('one'), modifiedAtMs: 6 }),
  }),
  forged('a source that is gone', 'source touched', { sources: withSource({ ...source('one'), now: undefined }) }),
  forged('a receiver that ends with 1', 'receiver', {
    receiverEnds: [{ signal: 'SIGTERM', exit: 1, stderr: '' }],
  }),
  forged('a second receiver that is not refused', 'receiver', { intrusions: [{ exit: 0, changed: [] }] }),
  forged('a second receiver that changes something', 'receiver', {
    intrusions: [{ exit: 2, changed: ['.longshore/small/x'] }],
  }),
]
