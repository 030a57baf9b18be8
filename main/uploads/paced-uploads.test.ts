import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Events, UploadSnapshot } from '../contract/contract.ts'
import { PIECE_EVERY_MS, paceUploads } from './paced-uploads.ts'

function uploads(count: number): readonly UploadSnapshot[] {
  return Array.from({ length: count }, (_, index) => ({
    id: `u${index}`,
    name: 'a',
    path: 'a',
    sizeBytes: 1,
    receiver: 'box',
    rank: index,
    status: { kind: 'waiting' },
  }))
}

function paced() {
  const sent: Events['uploads'][] = []
  return { sent, ...paceUploads((piece) => sent.push(piece)) }
}

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test('a large change is sent in pieces, in order, and what was removed is told first and once', () => {
  const { sent, send } = paced()
  const changed = uploads(2500)
  const bottleneck = { stage: 'network', share: 1 } as const
  send({ changed, removed: ['gone'], bottleneck })
  vi.advanceTimersByTime(3 * PIECE_EVERY_MS)
  expect(sent.flatMap((piece) => piece.changed)).toEqual(changed)
  expect(sent.map((piece) => [piece.changed.length, piece.removed.length, piece.bottleneck])).toEqual([
    [1000, 1, bottleneck],
    [1000, 0, bottleneck],
    [500, 0, bottleneck],
  ])
})

test('a small change, or one that only removes, is sent at once when nothing is before it', () => {
  const { sent, send } = paced()
  send({ changed: uploads(1), removed: [] })
  expect(sent).toHaveLength(1)
  vi.advanceTimersByTime(PIECE_EVERY_MS)
  send({ changed: [], removed: ['a'] })
  expect(sent.slice(1)).toEqual([{ changed: [], removed: ['a'] }])
})

test('the window is left time between pieces, and what comes meanwhile waits for its turn', () => {
  const { sent, send } = paced()
  send({ changed: uploads(3000), removed: [] })
  send({ changed: [], removed: ['u0'] })
  expect(sent).toHaveLength(1)
  vi.advanceTimersByTime(PIECE_EVERY_MS - 1)
  expect(sent).toHaveLength(1)
  vi.advanceTimersByTime(1)
  expect(sent).toHaveLength(2)
  vi.advanceTimersByTime(2 * PIECE_EVERY_MS)
  expect(sent.at(-1)).toEqual({ changed: [], removed: ['u0'] })
})

test('what waits is forgotten when all is told in another way, and what comes then is sent', () => {
  const { sent, send, forget } = paced()
  send({ changed: uploads(3000), removed: [] })
  forget()
  vi.advanceTimersByTime(10 * PIECE_EVERY_MS)
  expect(sent).toHaveLength(1)
  send({ changed: [], removed: ['u0'] })
  expect(sent.slice(1)).toEqual([{ changed: [], removed: ['u0'] }])
})
