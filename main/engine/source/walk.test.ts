import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Walked, walk } from './walk.ts'

let root: string
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'longshore-walk-'))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

async function walked(...names: string[]): Promise<Walked[]> {
  const found: Walked[] = []
  for await (const item of walk(names.map((name) => join(root, name)))) found.push(item)
  return found
}

const pathsOf = (found: Walked[]): (string | undefined)[] =>
  found.map((item) => (item.kind === 'entry' ? item.entry.path.join('/') : undefined))

test('a folder becomes its files in name order, each with its place in the tree', async () => {
  mkdirSync(join(root, 'photos/b'), { recursive: true })
  for (const name of ['photos/z.jpg', 'photos/a.jpg', 'photos/b/c.jpg']) writeFileSync(join(root, name), name)
  const found = await walked('photos')
  expect(pathsOf(found)).toEqual(['photos/a.jpg', 'photos/b/c.jpg', 'photos/z.jpg'])
  const folders = new Set(found.map((item) => item.kind === 'entry' && item.entry.folder?.id))
  expect(folders.size).toBe(1)
  expect(found[0]).toMatchObject({ entry: { identity: { sizeBytes: 12 }, folder: { name: 'photos' } } })
})

test('numbered files come in the order people count', async () => {
  mkdirSync(join(root, 'f'))
  for (const name of ['p10', 'p9', 'p1']) writeFileSync(join(root, 'f', name), '')
  expect(pathsOf(await walked('f'))).toEqual(['f/p1', 'f/p9', 'f/p10'])
})

test('an empty folder is an entry of its own, without an identity', async () => {
  mkdirSync(join(root, 'a/b'), { recursive: true })
  const [entry, ...rest] = await walked('a')
  expect(rest).toEqual([])
  expect(entry).toMatchObject({ kind: 'entry', entry: { path: ['a', 'b'] } })
  expect(entry).not.toHaveProperty('entry.identity')
})

test('a dropped file belongs to no folder', async () => {
  writeFileSync(join(root, 'one.bin'), 'x')
  expect((await walked('one.bin'))[0]).not.toHaveProperty('entry.folder')
})

test('links inside folders are left out, even in circles; a dropped link is followed', async () => {
  mkdirSync(join(root, 'f'))
  writeFileSync(join(root, 'real'), 'x')
  symlinkSync('.', join(root, 'f/circle'))
  symlinkSync('../real', join(root, 'f/link'))
  symlinkSync('real', join(root, 'dropped'))
  expect(await walked('f')).toMatchObject([
    { kind: 'skipped', skipped: { reason: 'NOT_A_FILE' } },
    { kind: 'skipped', skipped: { reason: 'NOT_A_FILE' } },
  ])
  expect(pathsOf(await walked('dropped'))).toEqual(['dropped'])
})

test('a pipe is left out without being opened, which would wait for ever', async () => {
  mkdirSync(join(root, 'f'))
  execFileSync('mkfifo', [join(root, 'f/pipe')])
  expect(await walked('f')).toMatchObject([{ kind: 'skipped', skipped: { reason: 'NOT_A_FILE' } }])
})

test('what is missing is named with a sentence, and the rest still comes', async () => {
  writeFileSync(join(root, 'here'), 'x')
  expect(await walked('gone', 'here')).toMatchObject([
    {
      kind: 'skipped',
      skipped: { name: join(root, 'gone'), reason: 'SOURCE_MISSING', message: 'There is no such file or folder.' },
    },
    { kind: 'entry', entry: { path: ['here'] } },
  ])
})

test('a name that is not UTF-8 is named as that', async () => {
  mkdirSync(join(root, 'f'))
  writeFileSync(Buffer.concat([Buffer.from(join(root, 'f/')), Buffer.from([0x61, 0xff])]), 'x')
  expect(await walked('f')).toMatchObject([
    { kind: 'skipped', skipped: { message: 'Its name is not valid UTF-8; rename it.' } },
  ])
})

test('what was named itself is told from what was found in a folder', async () => {
  mkdirSync(join(root, 'f'))
  execFileSync('mkfifo', [join(root, 'f/pipe')])
  const [inside] = await walked('f')
  expect(inside).not.toHaveProperty('skipped.named')
  const [itself, missing] = await walked('f/pipe', 'gone')
  expect(itself).toMatchObject({ skipped: { reason: 'NOT_A_FILE', named: true } })
  expect(missing).toMatchObject({ skipped: { reason: 'SOURCE_MISSING', named: true } })
})
