// @module-tag slow

import { randomBytes } from 'node:crypto'
import { mkdir, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import {
  asked,
  begin,
  type Client,
  chunksOf,
  finish,
  md5Of,
  refusalOf,
  send,
  source,
  upload,
} from '../fixtures/client.ts'
import { filesIn, receiving, sandbox } from '../fixtures/receiving.ts'

const [composed, decomposed] = ['caf\u00e9.txt', 'cafe\u0301.txt']

async function storedAs(client: Client, name: string, more: object = {}): Promise<string> {
  return (await upload(client, source(name, Buffer.from(name)), more)).storedAs
}

test.each([
  ['A.txt', 'a.txt', 'a (2).txt'],
  [composed, decomposed, 'caf\u00e9 (2).txt'],
  ['STRASSE', 'stra\u00dfe', 'stra\u00dfe (2)'],
  ['\u03a3\u0391\u03a3', '\u03c3\u03b1\u03c2', '\u03c3\u03b1\u03c2 (2)'],
  ['\u212a.txt', 'k.txt', 'k (2).txt'],
])('[D5] after %j the name %j is taken, and the file is stored as %j', async (first, second, stored) => {
  const { client, directory } = await receiving()
  await upload(client, source(first, Buffer.from('first')))
  expect((await upload(client, source(second, Buffer.from('second')))).storedAs).toBe(stored)
  expect(Object.values(await filesIn(directory)).sort()).toEqual(
    [md5Of(Buffer.from('first')), md5Of(Buffer.from('second'))].sort(),
  )
})

test('[D5] a name in another case is refused or replaced, as the sender asked, and keeps its spelling', async () => {
  const { client, directory } = await receiving()
  await storedAs(client, 'Report.PDF')

  const refused = upload(client, source('report.pdf', Buffer.from('x')), { onConflict: 'REFUSE' })
  expect(await refusalOf(refused)).toBe('ALREADY_EXISTS TARGET_EXISTS')
  expect(await storedAs(client, 'REPORT.pdf', { onConflict: 'OVERWRITE' })).toBe('Report.PDF')

  expect(await filesIn(directory)).toEqual({ 'Report.PDF': md5Of(Buffer.from('REPORT.pdf')) })
})

test('[D5] a folder in another case or normalisation is the same folder, and keeps its spelling', async () => {
  const { client, directory } = await receiving()
  await mkdir(join(directory, 'Photos'))
  await mkdir(join(directory, decomposed))

  expect(await storedAs(client, 'photos/Trip/a.jpg')).toBe('Photos/Trip/a.jpg')
  expect(await storedAs(client, 'PHOTOS/TRIP/A.JPG')).toBe('Photos/Trip/A (2).JPG')
  expect(await storedAs(client, `${composed}/b.jpg`)).toBe(`${decomposed}/b.jpg`)
  const made = await asked<{ storedAs: string }>((done) => client.makeFolder({ path: ['photos', 'trip', 'new'] }, done))

  expect(made.storedAs).toBe('Photos/Trip/new')
  expect((await readdir(directory)).filter((name) => name !== '.longshore').sort()).toEqual(
    [decomposed, 'Photos'].sort(),
  )
  expect(await readdir(join(directory, 'Photos'))).toEqual(['Trip'])
})

test('[D5] of two spellings that are there already, the one that was asked for is meant', async () => {
  const { client, directory } = await receiving()
  await mkdir(join(directory, 'Photos'))
  await mkdir(join(directory, 'photos'))
  expect(await storedAs(client, 'photos/a')).toBe('photos/a')
  expect(await storedAs(client, 'Photos/a')).toBe('Photos/a')
  expect(await storedAs(client, 'PHOTOS/b')).toBe('Photos/b')
})

test('[D5] a file in another case stands in the way of a folder, and a symbolic link is not followed', async () => {
  const within = await sandbox()
  const { client, directory } = await receiving(within)
  await mkdir(join(within, 'outside'))
  await symlink(join(within, 'outside'), join(directory, 'Link'))
  await storedAs(client, 'File')

  expect(await refusalOf(storedAs(client, 'file/a'))).toBe('ALREADY_EXISTS TARGET_EXISTS')
  expect(await refusalOf(storedAs(client, 'link/a'))).toBe('FAILED_PRECONDITION STORAGE_NOT_WRITABLE')
  expect(await readdir(join(within, 'outside'))).toEqual([])
})

test('[D5] uploads that finish at once under names that differ by case, in folders that do, get different names in one folder', async () => {
  const { client, directory } = await receiving()
  for (let round = 0; round < 10; round++) {
    const names = ['Same.txt', 'SAME.TXT', 'same.txt', 'sAmE.tXt', 'same.TXT', 'SAME.txt']
    const files = names.map((name, index) => source(`${index % 2 ? 'R' : 'r'}ound ${round}/${name}`, randomBytes(100)))
    const begun = await Promise.all(files.map((file) => begin(client, file)))
    await Promise.all(files.map((file, index) => send(client, begun[index] as never, chunksOf(file))))

    await Promise.all(files.map((file, index) => finish(client, begun[index] as never, file.data)))

    const folders = (await readdir(directory)).filter((name) => name.toLowerCase() === `round ${round}`)
    expect(folders).toHaveLength(1)
    const stored = (await readdir(join(directory, folders[0] ?? ''))).map((name) => name.toLowerCase())
    expect(stored.sort()).toEqual([
      'same (2).txt',
      'same (3).txt',
      'same (4).txt',
      'same (5).txt',
      'same (6).txt',
      'same.txt',
    ])
  }
})

test('[D5] names that another program adds, renames and deletes are noticed', async () => {
  const { client, directory } = await receiving()
  const path = (name: string) => join(directory, 'folder', name)
  await storedAs(client, 'folder/One')
  await storedAs(client, 'folder/one')
  await rm(path('One'))
  expect(await storedAs(client, 'folder/ONE')).toBe('folder/ONE')
  await rename(path('ONE'), path('Two'))
  await writeFile(path('Three'), '')

  // What is added to a folder right after uploads of our own is noticed a little later.
  const skip = () => begin(client, source('folder/three', Buffer.alloc(0)), { onConflict: 'SKIP_SAME' })
  await expect.poll(async () => (await skip()).sha256Wanted, { timeout: 60_000, interval: 500 }).toBe(true)
  expect(await storedAs(client, 'folder/three')).toBe('folder/three (2)')
})
