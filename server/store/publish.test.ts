// @module-tag slow

import { randomBytes } from 'node:crypto'
import { mkdir, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { asked, begin, chunksOf, finish, md5Of, refusalOf, send, source, upload } from '../fixtures/client.ts'
import { filesIn, receiving, sandbox } from '../fixtures/receiving.ts'

test('[D7] fifty uploads that finish under one name are all kept, each whole', async () => {
  const { client, directory } = await receiving()
  const files = Array.from({ length: 50 }, () => source('same name.txt', randomBytes(1000)))
  const begun = await Promise.all(files.map((file) => begin(client, file)))
  await Promise.all(files.map((file, index) => send(client, begun[index] as never, chunksOf(file))))

  const results = await Promise.all(files.map((file, index) => finish(client, begun[index] as never, file.data)))

  const onDisk = await filesIn(directory)
  expect(Object.keys(onDisk)).toHaveLength(50)
  expect(Object.keys(onDisk)).toContain('same name (50).txt')
  for (const [index, { storedAs }] of results.entries())
    expect(onDisk[storedAs]).toBe(md5Of(files[index]?.data ?? Buffer.alloc(0)))
})

test('[D7] a taken name is replaced, refused or avoided, as the sender asked', async () => {
  const { client, directory } = await receiving()
  await upload(client, source('a.bin', Buffer.from('first')))

  const refused = source('a.bin', Buffer.from('second'))
  expect(await refusalOf(upload(client, refused, { onConflict: 'REFUSE' }))).toBe('ALREADY_EXISTS TARGET_EXISTS')
  await upload(client, source('a.bin', Buffer.from('third')), { onConflict: 'OVERWRITE' })
  await upload(client, source('a.bin', Buffer.from('fourth')))

  expect(await filesIn(directory)).toEqual({
    'a.bin': md5Of(Buffer.from('third')),
    'a (2).bin': md5Of(Buffer.from('fourth')),
  })
})

test('[D8] a file where a folder is needed, and a folder where a file is to be replaced, stay as they are', async () => {
  const { client, directory } = await receiving()
  await upload(client, source('a', Buffer.from('a file')))
  await asked((done) => client.makeFolder({ path: ['folder'] }, done))

  expect(await refusalOf(upload(client, source('a/b', Buffer.from('x'))))).toBe('ALREADY_EXISTS TARGET_EXISTS')
  const over = upload(client, source('folder', Buffer.from('x')), { onConflict: 'OVERWRITE' })
  expect(await refusalOf(over)).toBe('ALREADY_EXISTS TARGET_EXISTS')
  expect(await refusalOf(asked((done) => client.makeFolder({ path: ['a'] }, done)))).toBe(
    'ALREADY_EXISTS TARGET_EXISTS',
  )
  expect(await filesIn(directory)).toEqual({ a: md5Of(Buffer.from('a file')) })
})

test('[D9] a folder that keeps being swapped for a symbolic link never leads an upload outside', async () => {
  const within = await sandbox()
  const { client, directory } = await receiving(within)
  const [outside, folder, aside] = [join(within, 'outside'), join(directory, 'folder'), join(directory, 'aside')]
  await mkdir(outside)
  await mkdir(folder)
  let uploading = true
  const swapping = (async () => {
    while (uploading) {
      await rename(folder, aside)
      // An upload may have made the folder anew in the gap.
      const isLinked = await symlink(outside, folder).then(
        () => true,
        () => false,
      )
      await new Promise((resolve) => setImmediate(resolve))
      await rm(folder, { recursive: !isLinked })
      await rename(aside, folder)
    }
  })()

  const outcomes = new Set<string>()
  const refused = 'FAILED_PRECONDITION STORAGE_NOT_WRITABLE'
  for (let round = 0; round < 100 || (!outcomes.has(refused) && round < 2000); round++) {
    outcomes.add(await refusalOf(upload(client, source(`folder/deeper/${round}`, Buffer.from('x')))))
  }
  uploading = false
  await swapping
  // Or the swap never came in between, and nothing was shown.
  expect(outcomes).toContain(refused)

  expect(await readdir(outside)).toEqual([])
  expect(await upload(client, source('folder/after', Buffer.from('x')))).toMatchObject({ storedAs: 'folder/after' })
})

test('[D9] no symbolic link is followed, and nothing outside the folder changes', async () => {
  const within = await sandbox()
  const { client, directory } = await receiving(within)
  await mkdir(join(within, 'outside'))
  await writeFile(join(within, 'outside/secret'), 'before')
  await symlink(join(within, 'outside'), join(directory, 'link'))
  await symlink(join(within, 'outside/secret'), join(directory, 'file-link'))
  await symlink(join(within, 'outside/none'), join(directory, 'dangling'))

  const through = upload(client, source('link/new', Buffer.from('x')))
  expect(await refusalOf(through)).toBe('FAILED_PRECONDITION STORAGE_NOT_WRITABLE')
  const folder = asked((done) => client.makeFolder({ path: ['link', 'new'] }, done))
  expect(await refusalOf(folder)).toBe('FAILED_PRECONDITION STORAGE_NOT_WRITABLE')
  await upload(client, source('file-link', Buffer.from('x')), { onConflict: 'OVERWRITE' })
  const beside = await upload(client, source('dangling', Buffer.from('x')))
  expect(beside).toMatchObject({ storedAs: 'dangling (2)' })

  expect(await readdir(join(within, 'outside'))).toEqual(['secret'])
  expect(await readFile(join(within, 'outside/secret'), 'utf8')).toBe('before')
  expect(await readFile(join(directory, 'file-link'), 'utf8')).toBe('x')
})

test.each(
  [
    [['..', 'x']],
    [['a', '..', '..', 'x']],
    [['..']],
    [['.']],
    [['']],
    [[]],
    [['a', '', 'b']],
    [['/etc/passwd']],
    [['a/b']],
    [['..\\x']],
    [['C:\\x']],
    [['C:x']],
    [['\\\\host\\s']],
    [['%2e%2e', 'x']],
    [['．．', 'x']],
    [['a\0b']],
    [['a\nb']],
    [['\u001b[2J']],
    [['a\ufffd']],
    [['.longshore', 'ledger', 'CURRENT']],
    [['.LONGSHORE', 'x']],
    [Array.from({ length: 1000 }, () => 'a')],
  ].map(([path]) => [JSON.stringify(path).slice(0, 40), path] as const),
)('[D1 D2 D6] the path %s is refused before anything is written', async (_text, path) => {
  const within = await sandbox()
  const { client } = await receiving(within)

  expect(await refusalOf(begin(client, { ...source('x', Buffer.from('x')), path: [...(path ?? [])] }))).toBe(
    'INVALID_ARGUMENT BAD_NAME',
  )
  expect(await refusalOf(asked((done) => client.makeFolder({ path: [...(path ?? [])] }, done)))).toBe(
    'INVALID_ARGUMENT BAD_NAME',
  )
  expect(await filesIn(within)).toEqual({})
  expect(await readdir(within)).toEqual(['received'])
})
