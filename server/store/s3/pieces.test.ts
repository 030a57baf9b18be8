import { expect, test } from 'vitest'
import { LEAST_PIECE_BYTES, Pieces } from './pieces.ts'

const [MIB, GIB, TIB] = [1024 ** 2, 1024 ** 3, 1024 ** 4]

test.each([
  [0, 8 * MIB, 1],
  [1, 8 * MIB, 1],
  [8 * MIB, 8 * MIB, 1],
  [8 * MIB + 1, 8 * MIB, 2],
  [78 * GIB, 8 * MIB, 9984],
  [79 * GIB, 9 * MIB, 8989],
  [5 * TIB, 525 * MIB, 9987],
])('a file of %d bytes is cut into pieces of %d bytes, %d of them', (sizeBytes, pieceBytes, count) => {
  const pieces = new Pieces(sizeBytes, LEAST_PIECE_BYTES)
  expect([pieces.pieceBytes, pieces.count]).toEqual([pieceBytes, count])
  expect(pieces.count).toBeLessThanOrEqual(10_000)
  expect(pieces.range(0).start).toBe(0)
  expect(pieces.range(count - 1).end).toBe(sizeBytes)
  expect(pieces.at(Math.max(0, sizeBytes - 1))).toBe(count - 1)
})
