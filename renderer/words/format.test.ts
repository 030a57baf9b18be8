import { describe, expect, test } from 'vitest'
import { formatBytes, formatDuration, formatRate, formatShare, wholePercent } from './format.ts'

describe('sizes', () => {
  test.each([
    [0, '0 B'],
    [1, '1 B'],
    [1023, '1,023 B'],
    [1024, '1 KiB'],
    [1536, '1.5 KiB'],
    [200 * 1024, '200 KiB'],
    [1024 * 1024 - 1, '1 MiB'],
    [12.34 * 1024 ** 3, '12.3 GiB'],
    [5 * 1024 ** 4, '5 TiB'],
    [2000 * 1024 ** 5, '2,000 PiB'],
  ])('%d bytes are %s', (bytes, text) => expect(formatBytes(bytes, 'en')).toBe(text))

  test('rates are sizes a second', () => expect(formatRate(1.5 * 1024 ** 2, 'en')).toBe('1.5 MiB/s'))
})

describe('percent', () => {
  test.each([
    [0, 0],
    [0.005, 0],
    [0.29, 29],
    [0.999999, 99],
    [1 - Number.EPSILON, 99],
    [1, 100],
    [1.5, 100],
    [-1, 0],
  ])('a share of %d is %d %%', (share, percent) => expect(wholePercent(share)).toBe(percent))

  test('is written in the language', () => expect(formatShare(0.429, 'en')).toBe('42%'))
})

describe('durations', () => {
  test.each([
    [0, '0 sec'],
    [0.2, '1 sec'],
    [59.5, '1 min'],
    [80, '1 min 20 sec'],
    [3600, '1 hr'],
    [3605, '1 hr'],
    [3900, '1 hr 5 min'],
    [200_000, '2 days 7 hr'],
  ])('%d seconds are %s', (seconds, text) => expect(formatDuration(seconds, 'en')).toBe(text))

  test('are written in the language', () => expect(formatDuration(80, 'zh-CN')).toBe('1分钟 20秒'))
})
