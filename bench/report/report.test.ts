import { expect, test } from 'vitest'
import { rowsOf } from '../run/rows.ts'
import type { Result, Section } from '../run/section.ts'
import { chart } from './chart.ts'
import { page, withResult } from './report.ts'
import { table } from './table.ts'

const promise = { verified: 'read back', durable: 'yes' }

const section: Section = {
  key: 'one-file 1 GiB',
  title: 'One file of 1 GiB',
  about: 'From start to end.',
  rounds: 3,
  columns: [
    { key: 'seconds', title: 'seconds', digits: 1, compare: true },
    { key: 'mibPerSecond', title: 'MiB/s', digits: 0 },
  ],
  rows: [
    { name: 'longshore', title: 'Longshore', ...promise, values: { seconds: [10, 2, 1], mibPerSecond: [100] } },
    { name: 'tus', title: 'tus', verified: 'length only', durable: 'no', values: { seconds: [20, 4, 2] } },
  ],
}

const machine = { cpu: 'A & B', cores: 2, memoryGib: 8, system: 'Linux', node: 'v20', disk: 'ext4' }

const result: Result = {
  section,
  origin: {
    case: 'one-file',
    date: '2026-11-25T01:02:03.000Z',
    command: 'npm run bench -- --case one-file',
    machine,
    versions: { curl: '7.88.1' },
    loadBefore: 0.5,
    skipped: ['rclone is left out.'],
  },
}

test('a table shows medians with their spread, and ratios to the first row', () => {
  const [, , own, other] = table(section).split('\n')
  expect(own?.split('|').map((cell) => cell.trim())).toEqual([
    '',
    'longshore',
    '2.0 (1.0–10.0)',
    '1.00 ×',
    '100',
    'read back',
    'yes',
    '',
  ])
  expect(other?.split('|').map((cell) => cell.trim())).toEqual([
    '',
    'tus',
    '4.0 (2.0–20.0)',
    '2.00 ×',
    '–',
    'length only',
    'no',
    '',
  ])
})

test('a row that has a floor is compared with it as well, round by round, and no table without a floor says so', () => {
  const columns = [{ key: 'cpu', title: 'core-s/GiB', digits: 0, compare: true } as const]
  const rows = [
    { name: 'longshore', title: '', ...promise, floor: 'floor-md5', values: { cpu: [30, 3] } },
    { name: 'tus', title: '', ...promise, values: { cpu: [60, 6] } },
    { name: 'floor-md5', title: '', ...promise, values: { cpu: [20, 1] } },
  ]
  const [head, , ...body] = table({ ...section, columns, rows }).split('\n')
  expect(head).toContain('| core-s/GiB | times the first | times its floor |')
  expect(body.map((line) => line.match(/[\d.]+ ×| – /g)?.map((cell) => cell.trim()))).toEqual([
    ['1.00 ×', '2.25 ×'],
    ['2.00 ×', '–'],
    ['0.50 ×', '–'],
  ])
  expect(table({ ...section, columns, rows: rows.slice(0, 2) })).not.toContain('floor')
  const failed = { name: 'floor-md5', title: '', ...promise, values: {} }
  expect(table({ ...section, columns, rows: [...rows.slice(0, 2), failed] })).not.toContain('times its floor')
})

test('every line of a table is as long as the others', () => {
  expect(
    new Set(
      table(section)
        .split('\n')
        .map((line) => line.length),
    ).size,
  ).toBe(1)
})

test('a page says what was run, where, when, with which versions, and what was left out', () => {
  const text = page([result])
  for (const fact of ['npm run bench -- --case one-file', '2026-11-25 01:02', '3 rounds', 'A & B', 'curl 7.88.1']) {
    expect(text).toContain(fact)
  }
  expect(text).toContain('rclone is left out.')
  expect(text).toContain('- `tus`: tus')
})

test('a later run takes the place of an earlier one of the same table, and of no other', () => {
  const other = { ...result, section: { ...section, key: 'cpu' } }
  const later = { ...result, origin: { ...result.origin, loadBefore: 1 } }
  expect(withResult(withResult([], result), other)).toEqual([result, other])
  expect(withResult([result, other], later)).toEqual([later, other])
})

test('what could not be measured in a round is left out of its row', () => {
  const laps = new Map([['md5', [{ seconds: 1.234567, receiverCpu: Number.NaN }]]])
  const [row] = rowsOf([{ name: 'md5', title: 'MD5', verified: 'nothing', durable: 'no', floor: 'floor-md5' }], laps)
  expect(row?.values).toEqual({ seconds: [1.2346], receiverCpu: [] })
  expect(row?.floor).toBe('floor-md5')
})

test('a chart has a bar for each row that was measured, the longest for the most, and escapes what it shows', () => {
  const rows = [
    { name: 'longshore', title: '', ...promise, values: { rate: [100, 90, 400] } },
    { name: 'a<b', title: '', ...promise, values: { rate: [50] } },
    { name: 'none', title: '', ...promise, values: {} },
  ]
  const svg = chart({ title: 'One & only', rows }, 'rate', 'MiB/s')
  const lengths = [...svg.matchAll(/<rect class="\w+"[^>]* width="([\d.]+)"/g)].map(([, length]) => Number(length))
  expect(lengths).toEqual([410, 205])
  expect(svg).toContain('100 MiB/s')
  expect(svg).toContain('a&lt;b')
  expect(svg).toContain('One &amp; only')
  expect(svg).toContain('prefers-color-scheme: dark')
})
