import { describe, expect, test } from 'vitest'
import { canPause, canRetry } from '../../main/contract/contract.ts'
import { done, failed, sending, upload } from '../testing/samples.ts'
import { allowsAny, NO_TOTALS, summaryOf, totalsOf, withChanges } from './totals.ts'

describe('summing up', () => {
  test('adds bytes, rates and states, and tells the time left for what goes on by itself', () => {
    const paused = upload('p', 4, { status: { kind: 'paused', bytesStored: 100 } })
    const list = [
      upload('a', 1, { status: sending(400, 50) }),
      upload('b', 2, { status: sending(200, 30) }),
      upload('c', 3),
      paused,
    ]
    expect(summaryOf(totalsOf(list))).toMatchObject({
      count: 4,
      bytesTotal: 4000,
      bytesStored: 700,
      share: 0.175,
      bytesPerSecond: 80,
      secondsLeft: (600 + 800 + 1000) / 80,
      countOf: { sending: 2, waiting: 1, paused: 1, done: 0 },
    })
  })

  test('names no rate and no time while nothing is known to move', () => {
    const summary = summaryOf(totalsOf([upload('a', 1, { status: sending(400) })]))
    expect(summary).not.toHaveProperty('bytesPerSecond')
    expect(summary).not.toHaveProperty('secondsLeft')
  })

  test('is whole only when every upload is done', () => {
    const verifying = upload('b', 2, { status: { kind: 'verifying', bytesVerified: 1000 } })
    expect(summaryOf(totalsOf([upload('a', 1, { status: done }), verifying])).share).toBe(0.99)
    expect(summaryOf(totalsOf([upload('a', 1, { status: done })])).share).toBe(1)
    expect(summaryOf(NO_TOTALS).share).toBe(0)
  })
})

describe('keeping up', () => {
  test('comes to the same as counting anew, whatever happens to uploads', () => {
    const before = [upload('a', 1), upload('b', 2, { status: sending(400, 33.3) }), upload('c', 3, { status: failed })]
    const after = [upload('a', 1, { status: sending(10, 0.4) }), upload('b', 2, { status: done }), upload('d', 4)]
    const changes = [
      { before: before[0], after: after[0] },
      { before: before[1], after: after[1] },
      { before: before[2], after: undefined },
      { before: undefined, after: after[2] },
    ]
    expect(withChanges(totalsOf(before), changes)).toEqual(totalsOf(after))
  })

  test('tells what any upload allows', () => {
    const totals = totalsOf([upload('a', 1, { status: failed })])
    expect(allowsAny(totals, canRetry)).toBe(true)
    expect(allowsAny(totals, canPause)).toBe(false)
  })
})
