import { expect, test } from 'vitest'
import type { UploadSnapshot } from './contract.ts'
import { inPieces } from './upload-pieces.ts'

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

test('a large change is told in pieces, in order, and what was removed is told first and once', () => {
  const changed = uploads(4500)
  const bottleneck = { stage: 'network', share: 1 } as const
  const pieces = [...inPieces({ changed, removed: ['gone'], bottleneck })]
  expect(pieces.flatMap((piece) => piece.changed)).toEqual(changed)
  expect(pieces.map((piece) => [piece.changed.length, piece.removed.length, piece.bottleneck])).toEqual([
    [2000, 1, bottleneck],
    [2000, 0, bottleneck],
    [500, 0, bottleneck],
  ])
})

test('a small change, or one that only removes, is one piece', () => {
  expect([...inPieces({ changed: uploads(1), removed: [] })]).toHaveLength(1)
  expect([...inPieces({ changed: [], removed: ['a'] })]).toEqual([{ changed: [], removed: ['a'] }])
})
