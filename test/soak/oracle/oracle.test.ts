import { expect, test } from 'vitest'
import { FORGED_FOLDERS } from './forged-folders.ts'
import { FORGED_RUNS } from './forged-runs.ts'
import { isNameFor } from './names.ts'
import { judge } from './oracle.ts'
import { done, facts, keeper, line, record, refuser, right, run, source, stored, withSender } from './right-round.ts'

test('a round in which everything is right has no violation', () => {
  expect(judge(right)).toEqual([])
})

test.for([...FORGED_RUNS, ...FORGED_FOLDERS])('the oracle sees %s and calls it “%s”', ([, rule, forged]) => {
  expect(judge(forged).map((violation) => violation.rule)).toContain(rule)
})

test('the name of a file that was moved away may be had by another', () => {
  const late = withSender(facts('late', 'keep-both', 'a (2).txt'), 'a (2).txt', 'a (2).txt', 'late')
  expect(judge({ ...late, complaints: [] })).toEqual([])
})

test('a file that was moved away may be told to be done again beside the one that has its name now', () => {
  const twins = facts('twins', 'keep-both', 'cam1/a (2).txt', 'cam2/a (2).txt')
  const dones = [done('cam1/a (2).txt', 'a (2).txt', 'two', 0), done('cam2/a (2).txt', 'a (2).txt', 'late')]
  const late = withSender(facts('late', 'keep-both', 'a (2).txt'), 'a (2).txt', 'a (2).txt', 'late')
  const runs = [...right.runs, run(twins, dones)]
  const ofTwins = [source('two'), source('late')].map(
    (history, index) => [`twins/cam${index + 1}/a (2).txt`, history] as const,
  )
  const sources = new Map([...late.sources, ...ofTwins])
  expect(judge({ ...late, runs, sources, complaints: [] })).toEqual([])
})

test('the second source of an overwrite may have the name of the first when another command has replaced that', () => {
  const cameras = facts('cameras', 'overwrite', 'cam1/e.mov', 'cam2/e.mov')
  const another = withSender(facts('another', 'overwrite', 'e.mov'), 'e.mov', 'e.mov', 'between')
  const dones = [done('cam1/e.mov', 'e.mov', 'cam one'), done('cam2/e.mov', 'e.mov', 'cam two')]
  const evidence = {
    ...another,
    runs: [...another.runs, run(cameras, dones)],
    sources: new Map([
      ...another.sources,
      ['cameras/cam1/e.mov', source('cam one')],
      ['cameras/cam2/e.mov', source('cam two')],
    ]),
    log: [line('e.mov', 'cam one'), ...another.log, line('e.mov', 'cam two')],
    records: [...another.records, record('e.mov', 'cam one'), record('e.mov', 'cam two')],
    stored: new Map([...another.stored, ...stored(['e.mov', 'cam two'])]),
  }
  expect(judge(evidence)).toEqual([])
})

test('an overwrite may replace what somebody else kept', () => {
  const kept = facts('kept', 'keep-both', 'b.txt')
  const evidence = {
    ...right,
    runs: [run(kept, [done('b.txt', 'b.txt', 'kept')]), ...right.runs],
    sources: new Map([...right.sources, ['kept/b.txt', source('kept')]]),
    log: [line('b.txt', 'kept'), ...right.log],
    records: [record('b.txt', 'kept'), ...right.records],
  }
  expect(judge(evidence)).toEqual([])
})

test('a run may be killed, be interrupted or find no receiver while things go wrong, when a later one ends well', () => {
  const isAfterFaults = false
  const none = { summary: undefined, isAfterFaults }
  const failures = [{ path: 'a.txt', reason: 'UNREACHABLE', message: '' }]
  const earlier = [
    run(keeper, [], { ...none, exit: 'SIGKILL', signals: ['SIGKILL'], strayLines: ['{"ev'] }),
    run(keeper, [], { ...none, exit: 130, signals: ['SIGINT'] }),
    run(refuser, [], { failures, isAfterFaults }),
  ]
  expect(judge({ ...right, runs: [...earlier, ...right.runs] })).toEqual([])
})

test('where names are taken as they are, those that fold equal are two', () => {
  expect(judge({ ...right, foldsNames: false, folders: ['x', 'X'] })).toEqual([])
})

test.for([
  ['trip/clip.mov', 'trip/clip.mov', true],
  ['Trip/CLIP (12).mov', 'trip/clip.mov', true],
  ['nul_ (2).txt', 'nul.txt', true],
  ['a (2).tar.gz', 'a.tar.gz', true],
  ['a (2) (3).txt', 'a (2).txt', true],
  ['clip.mov', 'trip/clip.mov', false],
  ['trip/clip 2.mov', 'trip/clip.mov', false],
  ['trip/clip.mov (2)', 'trip/clip.mov', false],
] as const)('“%s” for “%s”: %s', ([storedAs, target, expected]) => {
  expect(isNameFor(storedAs, target)).toBe(expected)
})
