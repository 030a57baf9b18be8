import { expect, test } from 'vitest'
import { limitOf } from './limit.ts'

const MIB = 1024 * 1024
const way = { roundTripMs: 1, connections: 4, withinComputer: false }
const measured = { storedBytesPerSecond: 100 * MIB, repeatedBytesPerSecond: 110 * MIB, processorShare: 0.3 }

test.each([
  [
    'what is stored already goes faster',
    { ...measured, repeatedBytesPerSecond: 200 * MIB },
    way,
    /disk is the limit.*200 MiB\/s/,
  ],
  [
    'sender and receiver are one computer',
    measured,
    { ...way, withinComputer: true },
    /this computer itself is the limit/,
  ],
  ['a core is busy', { ...measured, processorShare: 0.95 }, way, /processor of this computer is the limit/],
  ['the windows are full', measured, { ...way, roundTripMs: 150 }, /round trip is the limit: no more than 107 MiB\/s/],
  ['nothing else is', measured, way, /network or the receiver’s processor is the limit/],
  [
    'too little was sent to tell',
    { storedBytesPerSecond: MIB, processorShare: 0 },
    way,
    /network seems to be the limit/,
  ],
])('when %s, that is the limit', (_, throughput, over, sentence) => {
  expect(limitOf(throughput, over)).toMatch(sentence)
})
