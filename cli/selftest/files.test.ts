import { appendFileSync, cpSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { wrongByte } from '../../test/support/wrong-byte.ts'
import { differences, makeFile } from './files.ts'

let root: string
let [sent, received] = ['', '']
beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'longshore-selftest-files-'))
  ;[sent, received] = [join(root, 'sent'), join(root, 'received')]
  await makeFile(join(sent, 'in/a.bin'), 2_500_000, 7)
  await makeFile(join(sent, 'empty.bin'), 0, 8)
  mkdirSync(join(sent, 'nothing in it'))
  cpSync(sent, received, { recursive: true, preserveTimestamps: true })
  mkdirSync(join(received, '.own/state'), { recursive: true })
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

test('the same files and folders are no difference', async () => {
  expect(await differences(sent, received, '.own')).toEqual([])
})

test('one wrong byte is found, wherever it is', async () => {
  for (const at of [0, 1_048_575, 1_048_576, 2_499_999]) {
    cpSync(sent, received, { recursive: true, preserveTimestamps: true })
    wrongByte(join(received, 'in/a.bin'), at)
    expect(await differences(sent, received, '.own')).toEqual([`in/a.bin differs from byte ${at} on`])
  }
})

test('what is missing, too much, too long or of another time is found', async () => {
  rmSync(join(received, 'nothing in it'), { recursive: true })
  writeFileSync(join(received, 'stray.txt'), 'x')
  appendFileSync(join(received, 'in/a.bin'), 'x')
  utimesSync(join(received, 'empty.bin'), new Date(), new Date())
  expect([...(await differences(sent, received, '.own'))].sort()).toEqual([
    'empty.bin did not keep its modification time',
    'in/a.bin differs from byte 2500000 on',
    'nothing in it/ is missing',
    'stray.txt is there and was never sent',
  ])
})

test('a file is missing when its whole folder is', async () => {
  rmSync(join(received, 'in'), { recursive: true })
  expect(await differences(sent, received, '.own')).toEqual(['in/ is missing', 'in/a.bin is missing'])
})
