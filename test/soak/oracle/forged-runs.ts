import type { Evidence, Run, SenderFacts } from '../evidence.ts'
import { done, facts, keeper, line, record, refuser, right, run, skipper, source, stored } from './right-round.ts'
import type { Rule } from './violation.ts'

/** The right round with one thing forged in it, and the rule that it breaks. */
export type Forgery = readonly [what: string, rule: Rule, forged: Evidence]

/** The first run of a sender is forged. */
function forged(what: string, rule: Rule, sender: SenderFacts, change: Partial<Run>): Forgery {
  const index = right.runs.findIndex((one) => one.sender === sender)
  return [what, rule, { ...right, runs: right.runs.map((one, at) => (at === index ? { ...one, ...change } : one)) }]
}

const unreachable = (path: string) => ({ path, reason: 'UNREACHABLE', message: '' })
const killed = { exit: 'SIGKILL', signals: ['SIGKILL'], summary: undefined, isAfterFaults: false } as const

/** Both have the same content, so that neither log nor disk can tell them apart. */
function twoDonesOfOneName(): Evidence {
  const senders = [facts('first', 'keep-both', 'd.txt'), facts('second', 'keep-both', 'd.txt')]
  return {
    ...right,
    runs: [...right.runs, ...senders.map((sender) => run(sender, [done('d.txt', 'd.txt', 'same')]))],
    sources: new Map([...right.sources, ['first/d.txt', source('same')], ['second/d.txt', source('same')]]),
    log: [...right.log, line('d.txt', 'same')],
    records: [...right.records, record('d.txt', 'same')],
    stored: new Map([...right.stored, ...stored(['d.txt', 'same'])]),
  }
}

function twoSourcesOfOneName(policy: SenderFacts['policy'], areOfOneRun: boolean): Evidence {
  const cameras = facts('cameras', policy, 'cam1/e.mov', 'cam2/e.mov')
  const [one, two] = [done('cam1/e.mov', 'e.mov', 'cam one'), done('cam2/e.mov', 'e.mov', 'cam two')]
  const isAfterFaults = false
  const runs = areOfOneRun
    ? [run(cameras, [one, two])]
    : [
        run(cameras, [one], { failures: [unreachable('cam2/e.mov')], isAfterFaults }),
        run(cameras, [two], { failures: [unreachable('cam1/e.mov')], isAfterFaults, number: 1 }),
      ]
  return {
    ...right,
    runs: [...right.runs, ...runs],
    sources: new Map([
      ...right.sources,
      ['cameras/cam1/e.mov', source('cam one')],
      ['cameras/cam2/e.mov', source('cam two')],
    ]),
    log: [...right.log, line('e.mov', 'cam one'), line('e.mov', 'cam two')],
    records: [...right.records, record('e.mov', 'cam one'), record('e.mov', 'cam two')],
    stored: new Map([...right.stored, ...stored(['e.mov', 'cam two'])]),
  }
}

/** A run of the replacer began after its source was rewritten, and tells the content of before. */
function oldContent(): Evidence {
  const before = [done('b.txt', 'b.txt', 'three')]
  const runs = right.runs.map((one) => (one.number === 1 && one.sender !== skipper ? { ...one, dones: before } : one))
  return { ...right, runs }
}

export const FORGED_RUNS: readonly Forgery[] = [
  forged('an MD5 that its source never had', 'done of other content', keeper, { dones: [done('a.txt', 'a.txt', 'x')] }),
  ['an MD5 that its source had before the run', 'done of other content', oldContent()],
  forged('a size that is not that of the content', 'done of other content', keeper, {
    dones: [{ ...done('a.txt', 'a.txt', 'one'), bytes: 9 }],
  }),
  forged('a file that the command does not name', 'done of other content', keeper, {
    dones: [done('x.txt', 'x.txt', 'one')],
  }),
  forged('a done without a line in the log', 'done without a file', keeper, {
    dones: [done('a.txt', 'a (3).txt', 'one')],
  }),
  forged('a done under a name that was not asked for', 'done without a file', keeper, {
    dones: [done('a.txt', 'c.txt', 'five')],
  }),
  forged('an empty folder that is missing', 'done without a file', keeper, {
    sender: { ...keeper, emptyFolders: ['empty'] },
  }),
  ['two commands of keep-both done as one file', 'lost file', twoDonesOfOneName()],
  ['two sources of one overwrite done as one file', 'lost file', twoSourcesOfOneName('overwrite', true)],
  ['two sources of one run done as one file', 'lost file', twoSourcesOfOneName('keep-both', true)],
  ['two sources of two runs of one command done as one file', 'lost file', twoSourcesOfOneName('keep-both', false)],
  forged('a run that hangs', 'ending', keeper, { ...killed, hung: true }),
  forged('a run that nobody ended', 'ending', keeper, { ...killed, exit: 'SIGSEGV' }),
  forged('an interruption that nobody sent', 'ending', keeper, { exit: 130, summary: undefined }),
  forged('exit status 1 without a failure', 'ending', keeper, { exit: 1 }),
  forged('exit status 0 with a failure', 'ending', refuser, { exit: 0 }),
  forged('a failure that is no refusal', 'ending', refuser, {
    failures: [{ path: 'a.txt', reason: 'INTERNAL', message: '' }],
  }),
  forged('a failure to reach the receiver after all faults', 'ending', refuser, { failures: [unreachable('a.txt')] }),
  forged('a last run that was killed', 'ending', keeper, killed),
  forged('a run without a summary', 'ending', keeper, { summary: undefined }),
  forged('a stack trace', 'output', keeper, { stderr: 'Error: x\n    at run (file:///a.js:1:2)\n' }),
  forged('a line that is no JSON', 'output', keeper, { strayLines: ['hello'] }),
  forged('a summary that does not add up', 'output', keeper, {
    summary: { files: 2, failed: 0, bytes: 10, bytesSent: 10 },
  }),
  forged('a summary that tells other bytes sent', 'output', keeper, {
    summary: { files: 1, failed: 0, bytes: 10, bytesSent: 11 },
  }),
  forged('a file without an end', 'output', keeper, {
    dones: [],
    summary: { files: 0, failed: 0, bytes: 0, bytesSent: 0 },
  }),
]
