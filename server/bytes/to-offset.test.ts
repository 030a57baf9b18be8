import { mkdtemp, open, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { tempDir } from '../../test/support/temp-dir.ts'
import { becomeSmallDisk } from '../fixtures/small-disk.ts'
import { offsetAfter, toOffset, writeFully } from './to-offset.ts'

test('canonical decimal text becomes a position', () => {
  expect(['0', '5', '1048576', '9007199254740991'].map((text) => toOffset(text))).toEqual([
    0,
    5,
    1_048_576,
    2 ** 53 - 1,
  ])
})

test.each([
  '',
  '-1',
  '+1',
  ' 5',
  '5 ',
  '05',
  '0x10',
  '1e3',
  '1.5',
  'NaN',
  '9007199254740992',
  '9223372036854775808',
  '٥',
])('[C7 C8] %j is no offset', (text) => {
  expect(() => toOffset(text)).toThrow('Expected a whole number from 0 to 2^53 - 1')
})

test.each([5, 5n, null, undefined, {}])('%s, which is no text, is refused', (value) => {
  expect(() => toOffset(value as string)).toThrow('Expected a whole number')
})

test('[C17] a position past 2^53 is not computed', () => {
  expect(() => offsetAfter(toOffset('9007199254740991'), 1)).toThrow(RangeError)
})

test('data lands at its position, out of order too', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'longshore-offset-'))
  const file = await open(join(folder, 'file'), 'w+')
  onTestFinished(async () => {
    await file.close()
    await rm(folder, { recursive: true })
  })
  await writeFully(file, Buffer.from('world'), toOffset('6'))
  await writeFully(file, Buffer.from('hello '), toOffset('0'))
  expect(await readFile(join(folder, 'file'), 'utf8')).toBe('hello world')
})

test('[C18] a disk that takes only a part of the data is an error, never a hole', async (context) => {
  const folder = tempDir()
  becomeSmallDisk(folder, 4, context)
  const file = await open(join(folder, 'file'), 'w+')
  onTestFinished(() => file.close())
  await expect(writeFully(file, Buffer.alloc(6 * 1024 * 1024, 1), toOffset('0'))).rejects.toMatchObject({
    code: 'ENOSPC',
  })
})
