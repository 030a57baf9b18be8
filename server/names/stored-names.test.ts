import { appendFile, chmod, readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { asked, begin, chunksOf, finish, md5Of, refusalOf, send, source, upload } from '../fixtures/client.ts'
import { filesIn, receiving } from '../fixtures/receiving.ts'
import { sentences } from '../report.ts'

test.each([
  ['\u202egnp.exe', '\u202egnp.exe'],
  ['zero\u200bwidth', 'zero\u200bwidth'],
  ['<img src=x onerror=alert(1)>', '_img src=x onerror=alert(1)_'],
  ['$(reboot);`id`', '$(reboot);`id`'],
])('[D2] the name %j is stored as %j, and a terminal is not told to do anything', async (name, stored) => {
  const { client, directory, receiver } = await receiving()
  const stdout = new PassThrough({ encoding: 'utf8' })
  receiver.onStored(sentences(stdout, directory).stored)

  expect((await upload(client, source(name, Buffer.from('x')))).storedAs).toBe(stored)

  expect(Object.keys(await filesIn(directory))).toEqual([stored])
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what must not be there.
  expect(String(stdout.read())).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/)
})

test.each([
  ['CON', 'CON_'],
  ['nul.txt', 'nul_.txt'],
  ['COM¹', 'COM¹_'],
  ['a.', 'a_'],
  ['a ', 'a_'],
  ['a:b', 'a_b'],
  ['a:$DATA', 'a_$DATA'],
  ['<>"|?*', '______'],
])(
  '[D3] the name %j, which Windows could not store, is stored as %j, and the sender is told so',
  async (name, stored) => {
    const { client, directory } = await receiving()
    expect((await upload(client, source(`folder/${name}`, Buffer.from('x')))).storedAs).toBe(`folder/${stored}`)
    expect(Object.keys(await filesIn(directory))).toEqual([`folder/${stored}`])
  },
)

test('[D4] names of 255 bytes are stored whole, longer ones cut between characters, also with a number', async () => {
  const { client, directory } = await receiving()
  const stored = async (name: string) => (await upload(client, source(name, Buffer.from(name)))).storedAs
  expect(await stored('a'.repeat(255))).toBe('a'.repeat(255))
  expect(await stored('a'.repeat(256))).toBe(`${'a'.repeat(251)} (2)`)
  expect(await stored(`${'😀'.repeat(64)}.jpg`)).toBe(`${'😀'.repeat(62)}.jpg`)
  expect(await stored(`${'😀'.repeat(65)}.jpg`)).toBe(`${'😀'.repeat(61)} (2).jpg`)
  for (const name of await readdir(directory)) expect(Buffer.byteLength(name)).toBeLessThanOrEqual(255)
})

test.each([
  ['more than 3000 bytes', Array.from({ length: 21 }, () => 'd'.repeat(150))],
  ['a thousand folders', Array.from({ length: 1000 }, () => 'd')],
])('[D4] a path of %s is refused before anything is made', async (_what, path) => {
  const { client, directory } = await receiving()
  expect(await refusalOf(begin(client, { ...source('x', Buffer.from('x')), path }))).toBe('INVALID_ARGUMENT BAD_NAME')
  expect(await refusalOf(asked((done) => client.makeFolder({ path }, done)))).toBe('INVALID_ARGUMENT BAD_NAME')
  expect(await readdir(directory)).toEqual(['.longshore'])
})

test.each(['.env', '.bashrc', '.incoming', '.git/hooks/pre-commit', '...', '.longshore.bak'])(
  '[D12] the dotfile %s is a file like others, inside the receiving folder',
  async (name) => {
    const { client, directory } = await receiving()
    const { storedAs } = await upload(client, source(name, Buffer.from('x')))
    expect(Object.keys(await filesIn(directory))).toEqual([storedAs])
  },
)

test.each(['.longshore/x', '.LongShore/received.jsonl', '.longshore', 'LONGSH~1/x', '.long\u200bshore/x'])(
  "[D12] %j is the receiver's own and is refused",
  async (name) => {
    const { client, directory } = await receiving()
    expect(await refusalOf(upload(client, source(name, Buffer.from('x'))))).toBe('INVALID_ARGUMENT BAD_NAME')
    expect(await refusalOf(asked((done) => client.makeFolder({ path: name.split('/') }, done)))).toBe(
      'INVALID_ARGUMENT BAD_NAME',
    )
    expect(await readdir(directory)).toEqual(['.longshore'])
  },
)

test.each([
  ['-1', 0],
  ['-9223372036854775808', 0],
  ['9223372036854775807', 253_402_300_799_000],
  ['253402300799001', 253_402_300_799_000],
  ['0', 0],
])('[D13] the modification time %s becomes one that every system can name', async (modifiedAtMs, storedMs) => {
  const { client, directory } = await receiving()
  await upload(client, source('a', Buffer.from('x')), { modifiedAtMs })
  // The file system may not go as far as the end of the year 9999; it keeps the latest it has.
  const { mtimeMs } = await stat(join(directory, 'a'))
  expect(mtimeMs).toBeLessThanOrEqual(storedMs)
  if (storedMs === 0) expect(mtimeMs).toBe(0)
  else expect(mtimeMs).toBeGreaterThan(Date.now())
})

test('[D13] a stored file can be neither executed nor setuid, whatever its part was', async () => {
  const { client, directory } = await receiving()
  const file = source('a.sh', Buffer.from('#!/bin/sh'))
  const begun = await begin(client, file)
  await send(client, begun, chunksOf(file))
  await chmod(join(directory, '.longshore/parts', `${begun.fileId}.part`), 0o6777)

  await finish(client, begun, file.data)

  expect((await stat(join(directory, 'a.sh'))).mode & 0o7777).toBe(0o644 & ~process.umask())
})

test('[F13] what somebody appended to a part is not a part of the stored file', async () => {
  const { client, directory } = await receiving()
  const file = source('a.bin', Buffer.from('what was sent'))
  const begun = await begin(client, file)
  await send(client, begun, chunksOf(file))
  await appendFile(join(directory, '.longshore/parts', `${begun.fileId}.part`), ' and more')

  await finish(client, begun, file.data)

  expect(await filesIn(directory)).toEqual({ 'a.bin': md5Of(file.data) })
})
