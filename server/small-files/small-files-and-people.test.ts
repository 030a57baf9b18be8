// @module-tag slow

import {
  copyFile,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  truncate,
  unlink,
  utimes,
  writeFile,
} from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { afterPowerCut, expected, killedAfter, smallFiles } from '../fixtures/killed-after.ts'
import { fates, put, toPut } from '../fixtures/put.ts'
import { filesIn, receiving, sandbox } from '../fixtures/receiving.ts'

test('what was moved or deleted stays where it is when the receiver is killed and started, and is not reported as missing', async () => {
  const within = await sandbox()
  const files = smallFiles(4)
  const directory = await killedAfter(within, files)
  await rename(join(directory, 'day 0/0.bin'), join(within, 'processed.bin'))
  await copyFile(join(directory, 'day 1/1.bin'), join(within, 'on another disk.bin'))
  await unlink(join(directory, 'day 1/1.bin'))
  await rename(join(directory, 'day 2'), join(within, 'day 2'))
  await symlink(join(within, 'day 2'), join(directory, 'day 2'))

  const { client } = await receiving(within)

  expect(await filesIn(directory)).toEqual(expected(files.slice(3)))
  expect(await readdir(join(directory, '.longshore/small'))).toEqual([])
  const asked = files.map((file) => toPut(file))
  expect(fates(files, await put(client, asked))).toEqual(files.map(({ path }) => path.join('/')))
  expect(await filesIn(directory)).toEqual(expected(files.slice(3)))
})

test('what a person made of small files right after they came stays as it is: shorter, edited with its time kept, their folder gone', async () => {
  const within = await sandbox()
  const files = smallFiles(6)
  const directory = await killedAfter(within, files)
  const { mtime } = await stat(join(directory, 'day 0/3.bin'))
  await truncate(join(directory, 'day 0/0.bin'), 0)
  await writeFile(join(directory, 'day 0/3.bin'), Buffer.alloc(203, 7))
  await utimes(join(directory, 'day 0/3.bin'), mtime, mtime)
  await rm(join(directory, 'day 1'), { recursive: true })
  await rename(join(directory, 'day 2'), join(directory, 'sorted'))

  await receiving(within)

  expect((await stat(join(directory, 'day 0/0.bin'))).size).toBe(0)
  expect(await readFile(join(directory, 'day 0/3.bin'))).toEqual(Buffer.alloc(203, 7))
  expect((await readdir(directory)).sort()).toEqual(['.longshore', 'day 0', 'sorted'])
  expect((await readdir(join(directory, 'sorted'))).sort()).toEqual(['2.bin', '5.bin'])
})

test('what was moved away stays away after a power cut, too, where the disk kept the move', async () => {
  const within = await sandbox()
  const files = smallFiles(1)
  const directory = await killedAfter(within, files)
  await rename(join(directory, 'day 0/0.bin'), join(within, 'processed.bin'))
  await afterPowerCut(directory)
  await receiving(within)
  expect(await filesIn(directory)).toEqual({})
})
