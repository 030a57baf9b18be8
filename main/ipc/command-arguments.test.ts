import { expect, test } from 'vitest'
import { commandNames } from '../contract/contract.ts'
import { readArguments, readDroppedPaths } from './command-arguments.ts'

test('sound arguments pass as they are', () => {
  expect(readArguments.pause([['a', 'b']])).toEqual([['a', 'b']])
  expect(readArguments.move([['a'], 'b'])).toEqual([['a'], 'b'])
  expect(readArguments.move([['a']])).toEqual([['a'], undefined])
  expect(readArguments.setReceiver(['nas'])).toEqual(['nas'])
  expect(readArguments.setReceiveHere([false])).toEqual([false])
  expect(readArguments.limitRate([])).toEqual([undefined])
  expect(readArguments.limitRate([undefined])).toEqual([undefined])
  expect(readArguments.limitRate([10_000])).toEqual([10_000])
  expect(readArguments.setConflictPolicy(['skip-same'])).toEqual(['skip-same'])
  expect(readArguments.setDiscovery([true])).toEqual([true])
  expect(readArguments.snapshot([])).toEqual([])
})

test('preferences are taken by name, and only as what they can be', () => {
  expect(readArguments.setPreferences([{ theme: 'dark', tray: false }])).toEqual([{ theme: 'dark', tray: false }])
  expect(() => readArguments.setPreferences([{}])).toThrow('Expected at least one preference but got an object.')
  expect(() => readArguments.setPreferences([{ theme: 'blue' }])).toThrow(
    'Expected something that theme can be but got "blue".',
  )
  for (const name of ['receivingFolder', 'constructor', '__proto__'])
    expect(() => readArguments.setPreferences([JSON.parse(`{"${name}": true}`)]), name).toThrow(
      'Expected the name of a preference',
    )
  for (const value of [undefined, null, 'dark', ['dark'], new Date(0), new Map([['theme', 'dark']])])
    expect(() => readArguments.setPreferences([value])).toThrow('Expected preferences but got')
})

test('hours of a week must be whole', () => {
  const hours = { days: [1], fromMinute: 0, toMinute: 60 }
  expect(readArguments.setTimetable([hours])).toEqual([hours])
  expect(readArguments.setTimetable([])).toEqual([undefined])
  expect(() => readArguments.setTimetable([{ ...hours, days: [8] }])).toThrow('Expected days and hours of a week')
  expect(() => readArguments.setTimetable([null])).toThrow('Expected days and hours of a week but got null.')
})

test('the history is searched for text, and written in the forms there are', () => {
  expect(readArguments.listHistory(['a'])).toEqual(['a'])
  expect(readArguments.exportHistory(['md5sum', ''])).toEqual(['md5sum', ''])
  expect(() => readArguments.listHistory(['x'.repeat(301)])).toThrow('Expected what to search for of at most 300')
  expect(() => readArguments.exportHistory(['exe', ''])).toThrow(
    'Expected csv, json, md5sum, xxhsum, sha256sum but got "exe".',
  )
  expect(() => readArguments.exportHistory(['csv', '/etc/passwd', 1])).toThrow('Expected 2 arguments but got 3.')
})

test('an answer names its question, and is one that can be given', () => {
  const answer = { go: true, taken: 'leave-out', always: false }
  expect(readArguments.answer(['q', answer])).toEqual(['q', answer])
  expect(readArguments.answer(['q', { go: false }])).toEqual(['q', { go: false }])
  expect(() => readArguments.answer(['q', 'yes'])).toThrow('Expected an answer to a question but got "yes".')
  for (const wrong of [null, [], {}, { go: 1 }, { go: true, taken: 'refuse' }, { go: true, also: 1 }])
    expect(() => readArguments.answer(['q', wrong])).toThrow('Expected an answer to a question')
  expect(() => readArguments.answer([answer])).toThrow('Expected 2 arguments but got 1.')
})

test('every command refuses arguments beyond its own', () => {
  for (const name of commandNames)
    expect(() => readArguments[name](['a', 'b', 'c', 'd']), name).toThrow('arguments but got 4')
})

test.each([
  [undefined, 'Expected a list of ids but got undefined.'],
  ['a', 'Expected a list of ids but got "a".'],
  [{ length: 1 }, 'Expected a list of ids but got an object.'],
  [[1], 'Expected an id but got 1.'],
  [[null], 'Expected an id but got null.'],
  [[['a']], 'Expected an id but got a list of 1.'],
  [new Array(1), 'Expected an id but got undefined.'],
  [['x'.repeat(301)], 'Expected an id of at most 300 characters but got a text of 301 characters.'],
  [new Array(200_001), 'Expected at most 200000 ids but got a list of 200001.'],
])('ids that are %j are refused with what was got', (given, sentence) => {
  expect(() => readArguments.cancel([given])).toThrow(sentence)
})

test('a receiver, a switch and a single id must be of their kind', () => {
  expect(() => readArguments.setReceiver([7])).toThrow('Expected an id but got 7.')
  expect(() => readArguments.setReceiveHere(['yes'])).toThrow('Expected true or false but got "yes".')
  for (const rate of [0, 9_999, 20_000.5, Number.POSITIVE_INFINITY, '20000', null]) {
    expect(() => readArguments.limitRate([rate])).toThrow('Expected at least 10000 whole bytes a second but got')
  }
  for (const policy of ['explode', 'constructor', 1, ['refuse']]) {
    expect(() => readArguments.setConflictPolicy([policy])).toThrow(
      'Expected ask, keep-both, overwrite, skip-same or refuse',
    )
  }
  expect(() => readArguments.setDiscovery([])).toThrow('Expected 1 arguments but got 0.')
  expect(() => readArguments.reveal([{}])).toThrow('Expected an id but got an object.')
  expect(() => readArguments.move([['a'], null])).toThrow('Expected an id but got null.')
})

test('what was typed about a receiver must be text, and not without end', () => {
  expect(readArguments.pairReceiver(['nas:1', 'sha256:00', 'CODE'])).toEqual(['nas:1', 'sha256:00', 'CODE'])
  expect(readArguments.renameReceiver(['a', 'NAS'])).toEqual(['a', 'NAS'])
  expect(() => readArguments.beginReceiver([7])).toThrow('Expected an address or a link but got 7.')
  expect(() => readArguments.beginReceiver(['x'.repeat(4001)])).toThrow('at most 4000 characters')
  expect(() => readArguments.pairReceiver(['nas:1', 'sha256:00'])).toThrow('Expected 3 arguments but got 2.')
  expect(() => readArguments.pairReceiver(['nas:1', {}, 'CODE'])).toThrow('Expected a fingerprint but got an object.')
  expect(() => readArguments.pairReceiver(['nas:1', 'sha256:00', null])).toThrow('Expected a code or a link')
  expect(() => readArguments.addPlaintextReceiver(['x'.repeat(1001)])).toThrow('at most 1000 characters')
  expect(() => readArguments.renameReceiver(['a', 1])).toThrow('Expected a name but got 1.')
  expect(() => readArguments.revokeDevice([])).toThrow('Expected 1 arguments but got 0.')
})

test('dropped paths must be absolute and whole', () => {
  expect(readDroppedPaths([['/films/a.mov']])).toEqual(['/films/a.mov'])
  expect(() => readDroppedPaths([['films/a.mov']])).toThrow('Expected an absolute path but got "films/a.mov".')
  expect(() => readDroppedPaths([['/films/\0a']])).toThrow('Expected an absolute path')
  expect(() => readDroppedPaths([[undefined]])).toThrow('Expected a path but got undefined.')
  expect(() => readDroppedPaths(['/films/a.mov'])).toThrow('Expected a list of paths')
})

test('paths that are too much together are refused, although each of them would do', () => {
  const path = `/${'x'.repeat(30_000)}`
  expect(readDroppedPaths([Array(1_000).fill(path)])).toHaveLength(1_000)
  expect(() => readDroppedPaths([Array(2_000).fill(path)])).toThrow('at most 60000000 characters together')
})

test('a number without bounds is refused without being written out', () => {
  expect(() => readArguments.reveal([1n << 4_000_000n])).toThrow('Expected an id but got a big number.')
})
