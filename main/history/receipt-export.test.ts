import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { expect, test } from 'vitest'
import { tempDir } from '../../test/support/temp-dir.ts'
import type { Receipt } from '../contract/history.ts'
import { exported } from './receipt-export.ts'

function receipt(storedAs: string, more: Partial<Receipt> = {}): Receipt {
  return {
    finishedAtMs: Date.UTC(2026, 10, 25, 4, 5, 6),
    name: storedAs.slice(storedAs.lastIndexOf('/') + 1),
    path: storedAs,
    storedAs,
    sizeBytes: 3,
    digest: { kind: 'md5', hex: md5(storedAs) },
    receiver: 'NAS',
    receiverId: 'nas',
    ...more,
  }
}

const md5 = (text: string): string => createHash('md5').update(text).digest('hex')

/** Reads CSV as RFC 4180 has it. */
function readCsv(text: string): string[][] {
  const rows: string[][] = []
  for (const [, quoted, end] of text.replace(/^\uFEFF/, '').matchAll(/"((?:[^"]|"")*)"(,|\r\n)/g)) {
    const row = rows.at(-1)
    const value = (quoted ?? '').replaceAll('""', '"')
    if (row === undefined || row.at(-1) === '\0end') rows.push([value])
    else row.push(value)
    if (end === '\r\n') rows.at(-1)?.push('\0end')
  }
  return rows.map((row) => row.slice(0, -1))
}

test('md5sum itself reads the list and finds every file, whatever its name', () => {
  const folder = tempDir()
  const names = [
    'plain.bin',
    'films/two words  and more.mov',
    'back\\slash',
    'new\nline',
    'carriage\rreturn',
    '\\nnot a new line',
    '-dash',
    '*star',
    '#hash',
    ' leading and trailing ',
    '名字 été 🎬',
    'all\\of\nit\r',
  ]
  for (const name of names) {
    mkdirSync(dirname(join(folder, name)), { recursive: true })
    writeFileSync(join(folder, name), name)
  }
  const { digest: _, ...emptyFolder } = receipt('empty/')
  writeFileSync(join(folder, 'twice'), 'new')
  const list = exported(
    [
      ...names.map((name) => receipt(name)),
      emptyFolder,
      receipt('twice', { digest: { kind: 'md5', hex: md5('new') } }),
      receipt('twice'),
    ],
    'md5sum',
  )
  const said = execFileSync('md5sum', ['-c', '--strict'], { cwd: folder, input: list, encoding: 'utf8' })
  expect(said.match(/: OK$/gm)).toHaveLength(names.length + 1)
  const printed = execFileSync('md5sum', ['--', ...names], { cwd: folder, encoding: 'utf8' })
  expect(list).toBe(`# NAS\n${printed}${md5('new')}  twice\n`)

  writeFileSync(join(folder, 'new\nline'), 'something else')
  expect(() => execFileSync('md5sum', ['-c', '--strict'], { cwd: folder, input: list, stdio: 'pipe' })).toThrow()
})

test('each receiver has its own part of the list, so that a name may be there twice', () => {
  const other = receipt('a', { receiver: 'Studio\nroom', receiverId: 'studio', digest: { kind: 'md5', hex: md5('b') } })
  expect(exported([receipt('a'), other], 'md5sum')).toBe(`# NAS\n${md5('a')}  a\n# Studio room\n${md5('b')}  a\n`)
})

test('each list has the files that were verified by its digest, and not one of the same name from before', () => {
  const xxh128 = { kind: 'xxh128', hex: 'a'.repeat(32) } as const
  const sha256 = { kind: 'sha256', hex: 'b'.repeat(64) } as const
  const receipts = [receipt('a', { digest: xxh128 }), receipt('b', { digest: sha256 }), receipt('c'), receipt('a')]
  expect(exported(receipts, 'md5sum')).toBe(`# NAS\n${md5('c')}  c\n`)
  expect(exported(receipts, 'xxhsum')).toBe(`# NAS\n${xxh128.hex}  a\n`)
  expect(exported(receipts, 'sha256sum')).toBe(`# NAS\n${sha256.hex}  b\n`)
  expect(exported([receipt('c')], 'xxhsum')).toBe('')
})

test('a table keeps quotes, commas and new lines in their cells', () => {
  const name = 'a "quoted", name\nof two lines;'
  const [header, row, ...more] = readCsv(exported([receipt(name)], 'csv'))
  expect(header).toEqual(['finished', 'name', 'bytes', 'md5', 'verified', 'receiver', 'stored as', 'sent to', 'digest'])
  expect(row).toEqual(['2026-11-25T04:05:06.000Z', name, '3', md5(name), 'yes', 'NAS', name, name, `md5:${md5(name)}`])
  expect(more).toEqual([])
})

test.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', ' =1', '=cmd|"/c calc"!A1', '＝1', '＠x'])(
  'the name %j is no formula in a table',
  (name) => {
    const [, row] = readCsv(exported([receipt('x', { name, storedAs: name, path: name, receiver: name })], 'csv'))
    for (const column of [1, 5, 6, 7]) expect(row?.[column]).toBe(`'${name}`)
  },
)

test('data is what it is, without apostrophes', () => {
  const { finishedAtMs: _, digest: __, ...kept } = receipt('=1')
  expect(JSON.parse(exported([receipt('=1')], 'json'))).toEqual([
    { finishedAt: '2026-11-25T04:05:06.000Z', ...kept, digest: `md5:${md5('=1')}`, md5: md5('=1'), verified: true },
  ])
})
