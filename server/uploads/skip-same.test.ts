import { createHash, randomBytes } from 'node:crypto'
import { mkdir, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { CHUNK_BYTES } from '../../proto/limits.ts'
import { begin, type Client, md5Of, refusalOf, type Source, source, upload } from '../fixtures/client.ts'
import { put, toPut } from '../fixtures/put.ts'
import { filesIn, receiving, sandbox } from '../fixtures/receiving.ts'

const sha256Of = (data: Buffer) => createHash('sha256').update(data).digest('hex')

function skipSame(client: Client, file: Source, sha256 = '') {
  return begin(client, file, { onConflict: 'SKIP_SAME', sha256 })
}

test('a file that is there already is not sent: the receiver asks for its SHA-256 and answers it as finished', async () => {
  const { client, directory } = await receiving()
  const data = randomBytes(3 * CHUNK_BYTES + 1)
  await upload(client, source('folder/a.bin', data))

  const wanted = await skipSame(client, source('folder/a.bin', data))
  expect(wanted).toMatchObject({ sha256Wanted: true, fileId: '', finished: null })
  const reply = await skipSame(client, source('folder/a.bin', data), sha256Of(data).toUpperCase())

  expect(reply.finished).toMatchObject({ storedAs: 'folder/a.bin', size: String(data.length), md5: md5Of(data) })
  expect(reply.fileId).toBe('')
  expect(await filesIn(directory)).toEqual({ 'folder/a.bin': md5Of(data) })
  const listed = client.listUploads({})
  for await (const summary of listed) expect.unreachable(`${summary.uploadKey} was begun`)
})

test('other content of the same size is received beside the file that is there', async () => {
  const { client, directory } = await receiving()
  const [there, other] = [randomBytes(1000), source('a.bin', randomBytes(1000))]
  await upload(client, source('a.bin', there))

  const more = { onConflict: 'SKIP_SAME', sha256: sha256Of(other.data) }
  expect(await upload(client, other, more)).toMatchObject({ storedAs: 'a (2).bin' })

  expect(await filesIn(directory)).toEqual({ 'a.bin': md5Of(there), 'a (2).bin': md5Of(other.data) })
  expect((await skipSame(client, other)).finished).toMatchObject({ storedAs: 'a (2).bin' })
})

test('a file that was edited once is stored once beside the old one, however often it is sent again, also where a number is free', async () => {
  const { client, directory } = await receiving()
  const [first, second, third] = [randomBytes(1000), randomBytes(1000), randomBytes(1000)] as const
  const night = async (data: Buffer) => {
    const more = { onConflict: 'SKIP_SAME', sha256: sha256Of(data) }
    const begun = await begin(client, source('x.bin', data), more)
    return begun.finished?.storedAs ?? (await upload(client, source('x.bin', data), more)).storedAs
  }
  const nights = async () => [await night(first), await night(second), await night(third)]
  expect(await nights()).toEqual(['x.bin', 'x (2).bin', 'x (3).bin'])
  expect(await nights()).toEqual(['x.bin', 'x (2).bin', 'x (3).bin'])
  await rm(join(directory, 'x (2).bin'))
  expect(await night(third)).toBe('x (3).bin')
  await writeFile(join(directory, 'x (3).bin'), randomBytes(1000))
  expect(await night(third)).toBe('x (2).bin')
})

test('a small file that is there under another number is not stored again either', async () => {
  const { client, directory } = await receiving()
  const files = ['old', 'new'].map((text) => source('s.txt', Buffer.from(text)))
  for (let times = 0; times < 3; times++) {
    for (const { data } of files) {
      const again = source('s.txt', data)
      await put(client, [toPut(again, { onConflict: 'SKIP_SAME' })])
    }
  }
  expect(Object.keys(await filesIn(directory)).sort()).toEqual(['s (2).txt', 's.txt'])
})

test('where there is no file of that size the upload begins at once, without a SHA-256', async () => {
  const within = await sandbox()
  const { client, directory } = await receiving(within)
  await upload(client, source('a.bin', randomBytes(1000)))
  await mkdir(join(directory, 'folder'))
  await writeFile(join(within, 'outside'), Buffer.alloc(1001))
  await symlink(join(within, 'outside'), join(directory, 'link'))

  for (const name of ['a.bin', 'b.bin', 'folder', 'link', 'a.bin/below a file']) {
    const begun = await skipSame(client, source(name, Buffer.alloc(1001)))
    expect(begun, name).toMatchObject({ sha256Wanted: false, finished: null, generation: '1' })
    expect(begun.fileId, name).toMatch(/^[0-9a-f]{32}$/)
  }
})

test('an upload that was begun goes on, whatever has taken its name meanwhile', async () => {
  const { client } = await receiving()
  const file = source('a.bin', randomBytes(1000))
  const begun = await skipSame(client, file)
  await upload(client, source('a.bin', file.data))

  expect(await skipSame(client, file)).toMatchObject({ fileId: begun.fileId, generation: '2', sha256Wanted: false })
})

test.each(['xyz', '0'.repeat(63), '0'.repeat(65), `${'0'.repeat(63)}g`, `${'0'.repeat(64)}\n`])(
  'the SHA-256 %j is refused',
  async (sha256) => {
    const { client } = await receiving()
    const refusal = await refusalOf(skipSame(client, source('a.bin', Buffer.alloc(1)), sha256))
    expect(refusal).toBe('INVALID_ARGUMENT BAD_HASH_FORMAT')
  },
)

/**
 * Two blocks of one MD5 by Xiaoyun Wang and others; any common end keeps them equal. They differ in these bytes, by the
 * highest bit.
 */
const WANG = Buffer.from(
  'd131dd02c5e6eec4693d9a0698aff95c2fcab58712467eab4004583eb8fb7f8955ad340609f4b30283e488832571415a085125e8f7cdc99fd91dbdf280373c5b' +
    'd8823e3156348f5bae6dacd436c919c6dd53e2b487da03fd02396306d248cda0e99f33420f577ee8ce54b67080a80d1ec69821bcb6a8839396f9652b6ff72a70',
  'hex',
)
const DIFFERING = [19, 45, 59, 83, 109, 123]

test('[C21] two files of one name, size and MD5 but different content are both stored', async () => {
  const { client, directory } = await receiving()
  const other = Buffer.from(WANG)
  for (const at of DIFFERING) other[at] = (other[at] ?? 0) ^ 0x80
  expect(md5Of(other)).toBe(md5Of(WANG))
  expect(other.equals(WANG)).toBe(false)
  await upload(client, source('a.bin', WANG))

  const more = { onConflict: 'SKIP_SAME', sha256: sha256Of(other) }
  expect(await upload(client, source('a.bin', other), more)).toMatchObject({ storedAs: 'a (2).bin' })

  expect(Object.keys(await filesIn(directory)).sort()).toEqual(['a (2).bin', 'a.bin'])
  const first = await skipSame(client, source('a.bin', WANG), sha256Of(WANG))
  expect(first.finished).toMatchObject({ storedAs: 'a.bin' })
})

test.each([100, 3 * CHUNK_BYTES])(
  'of many that send the same file of %i bytes at once one stores it',
  async (bytes) => {
    const { client, directory } = await receiving()
    const data = randomBytes(bytes)
    const twins = Array.from({ length: 8 }, () => source('a.bin', data))
    const other = source('a.bin', randomBytes(bytes))
    const stored = await Promise.all([...twins, other].map((file) => upload(client, file, { onConflict: 'SKIP_SAME' })))
    const names = stored.slice(0, -1).map(({ storedAs }) => storedAs)
    expect(new Set(names).size).toBe(1)
    expect(names).not.toContain(stored.at(-1)?.storedAs)
    expect(Object.values(await filesIn(directory)).sort()).toEqual([md5Of(data), md5Of(other.data)].sort())
    expect(await readdir(join(directory, '.longshore/parts'))).toEqual([])
  },
)
