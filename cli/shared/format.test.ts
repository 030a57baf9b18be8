import { expect, test } from 'vitest'
import { formatBytes, formatSeconds } from './format.ts'

test('bytes keep three digits that matter', () => {
  expect([0, 1, 1023, 1024, 1536, 20 * 1024, 256 * 1024 ** 2, 4 * 1024 ** 3].map(formatBytes)).toEqual([
    '0 B',
    '1 B',
    '1023 B',
    '1.00 KiB',
    '1.50 KiB',
    '20.0 KiB',
    '256 MiB',
    '4.00 GiB',
  ])
})

test('seconds grow into minutes and hours', () => {
  expect([0.5, 42, 125, 7260].map(formatSeconds)).toEqual(['0.5 s', '42 s', '2 min 5 s', '2 h 1 min'])
})
