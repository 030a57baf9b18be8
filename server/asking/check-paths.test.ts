import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { CheckPathsReply } from '../../proto/generated/filetransfer/CheckPathsReply.ts'
import { asked, type Client, refusalOf, source, upload } from '../fixtures/client.ts'
import { filesIn, receiving, sandbox } from '../fixtures/receiving.ts'
import { secured } from '../fixtures/secured.ts'

async function check(client: Client, files: readonly (readonly [path: string, size: number])[]) {
  const paths = files.map(([path, size]) => ({ path: path.split('/'), size }))
  return asked<CheckPathsReply>((done) => client.checkPaths({ paths }, done))
}

async function statesOf(client: Client, files: readonly (readonly [path: string, size: number])[]) {
  return (await check(client, files)).paths.map(({ state }) => state)
}

test('names are free, taken by a file of that size or of another, or by a folder, in whatever spelling', async () => {
  const { client, directory } = await receiving()
  await upload(client, source('Fotos/Caf\u00e9.jpg', Buffer.alloc(7)))
  await upload(client, source('top.bin', Buffer.alloc(0)))

  const states = await statesOf(client, [
    ['Fotos/Caf\u00e9.jpg', 7],
    ['fotos/cafe\u0301.JPG', 8],
    ['Fotos/other.jpg', 7],
    ['none/such/a.jpg', 7],
    ['top.bin', 0],
    ['fotos', 0],
  ])

  expect(states).toEqual(['TAKEN_SAME_SIZE', 'TAKEN', 'FREE', 'FREE', 'TAKEN_SAME_SIZE', 'TAKEN'])
  expect(Object.keys(await filesIn(directory))).toEqual(['top.bin', 'Fotos/Caf\u00e9.jpg'])
})

test('a name is told as it would be stored, or why it would not be', async () => {
  const { client } = await receiving()
  await upload(client, source('file', Buffer.alloc(1)))
  const { paths, mayOverwrite } = await check(client, [
    ['day/a:b?.mov', 1],
    ['day/..', 1],
    ['.longshore/a', 1],
    ['file/below.mov', 1],
    ['day/plain.mov', 1],
  ])
  expect(paths.map(({ storedAs, refused }) => [storedAs, refused?.reason])).toEqual([
    ['day/a_b_.mov', undefined],
    ['', 'BAD_NAME'],
    ['', 'BAD_NAME'],
    ['', 'TARGET_EXISTS'],
    ['day/plain.mov', undefined],
  ])
  expect(paths[3]).toMatchObject({ state: 'REFUSED', refused: { message: '"file" exists and is not a folder.' } })
  expect(mayOverwrite).toBe(true)
})

test('nothing is seen through symbolic links', async () => {
  const within = await sandbox()
  const { client, directory } = await receiving(within)
  await mkdir(join(within, 'outside'))
  await writeFile(join(within, 'outside', 'secret.txt'), 'secret')
  await symlink(join(within, 'outside'), join(directory, 'link'))
  await symlink(join(within, 'outside', 'secret.txt'), join(directory, 'secret.txt'))
  const { paths } = await check(client, [
    ['link/secret.txt', 6],
    ['secret.txt', 6],
  ])
  expect(paths).toMatchObject([{ state: 'REFUSED', refused: { reason: 'STORAGE_NOT_WRITABLE' } }, { state: 'TAKEN' }])
})

test('a device asks within its own folder, and hears whether it may replace files', async () => {
  const { directory, device } = await secured()
  await writeFile(join(directory, 'a.bin'), 'abc')
  const mine = await device({ folder: ['ci'], mayOverwrite: false })
  await upload(mine.client, source('b.bin', Buffer.alloc(3)))
  const { paths, mayOverwrite } = await check(mine.client, [
    ['a.bin', 3],
    ['b.bin', 3],
    ['../a.bin', 3],
  ])
  expect(paths.map(({ state, storedAs }) => [state, storedAs])).toEqual([
    ['FREE', 'ci/a.bin'],
    ['TAKEN_SAME_SIZE', 'ci/b.bin'],
    ['REFUSED', ''],
  ])
  expect(mayOverwrite).toBe(false)
})

test('more than a thousand names at once, or a size that is none, are refused, and none are fine', async () => {
  const { client } = await receiving()
  const many = Array.from({ length: 1001 }, (_, n) => [`many/${n}`, n] as const)
  expect(await refusalOf(check(client, many))).toBe('INVALID_ARGUMENT BAD_LENGTH')
  expect(await statesOf(client, many.slice(1))).toEqual(many.slice(1).map(() => 'FREE'))
  expect(await refusalOf(check(client, [['a', -1]]))).toBe('INVALID_ARGUMENT BAD_LENGTH')
  expect(await statesOf(client, [])).toEqual([])
})
