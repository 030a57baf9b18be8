import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { tempDir } from '../../test/support/temp-dir.ts'
import { assertArrived } from './arrived.ts'
import { filesBelow } from './files-below.ts'
import { GIB, KIB, MIB, makeFile, makeTree, readSize, sizeText } from './workload.ts'

test('sizes are read and written in the units of people who count bytes', () => {
  expect(readSize('1GiB')).toBe(GIB)
  expect(readSize('1.5 MiB')).toBe(1.5 * MIB)
  for (const wrong of ['1GB', 'GiB', '-1GiB', '']) expect(readSize(wrong), wrong).toBeUndefined()
  expect(sizeText(4 * GIB)).toBe('4 GiB')
  expect(sizeText(1.5 * MIB)).toBe('1.5 MiB')
  expect(sizeText(12)).toBe('12 bytes')
})

test('a made tree has the files and bytes that it says, and none is like another', () => {
  const path = join(tempDir(), 'tree')
  const groups = [
    { files: 3, bytesEach: 5000 },
    { files: 250, bytesEach: 100 },
  ]
  const { files, bytes } = makeTree(path, groups)
  const made = filesBelow(path)
  expect([files, bytes]).toEqual([253, 3 * 5000 + 250 * 100])
  expect(made.length).toBe(files)
  expect(made.reduce((sum, file) => sum + statSync(file).size, 0)).toBe(bytes)
  expect(new Set(made.map((file) => readFileSync(file, 'base64'))).size).toBe(files)
})

test('what arrived is told from what did not', () => {
  const [sent, box] = [tempDir(), tempDir()]
  const workload = makeFile(join(sent, 'film.mov'), 64 * KIB)
  const check = (content: boolean) => () => assertArrived(workload, box, { content })
  expect(check(false)).toThrow('0 of 1 files arrived')
  // Content comes from the whole path, so this one has the same length only.
  makeFile(join(box, 'film.mov'), 64 * KIB)
  expect(check(false)).not.toThrow()
  expect(check(true)).toThrow('the first that differs')
})
