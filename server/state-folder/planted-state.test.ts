import { appendFile, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import { ClassicLevel } from 'classic-level'
import { expect, test } from 'vitest'
import { withReceiver } from '../../test/support/with-receiver.ts'
import { md5Of, refusalOf, source, upload } from '../fixtures/client.ts'
import { clientOf, receiving, sandbox } from '../fixtures/receiving.ts'
import type { UploadRecord } from '../ledger/ledger.ts'
import { startReceiver } from '../receiver.ts'
import { readReceivedLog, receivedLogOf } from '../upkeep/received-log.ts'
import { replacementsOf } from '../upkeep/replacements.ts'

const data = Buffer.from('planted')
const FILE_ID = 'a'.repeat(32)

/** A record that a receiver could have written, with something in it that none would have. */
function record(more: object = {}, state: object = {}): object {
  return {
    fileId: FILE_ID,
    origin: { kind: 'begun', uploadKey: 'x'.repeat(20) },
    path: ['x'],
    askedPath: ['x'],
    sizeBytes: data.length,
    generation: 0,
    onConflict: 'KEEP_BOTH',
    modifiedAtMs: 1000,
    state: { kind: 'publishing', storedAs: ['x'], fileIdentity: '1:1', md5: md5Of(data), ...state },
    ...more,
  }
}

const outside = (names: readonly unknown[]) => record({}, { storedAs: names })

/** What no receiver would have written. */
const UNBELIEVABLE: readonly (readonly [what: string, planted: object])[] = [
  ['an absolute path', outside(['/tmp', 'planted'])],
  ['a way up', outside(['..', '..', 'planted'])],
  ['a way up within a name', outside(['../../planted'])],
  ['a path within a name', outside(['a/b/planted'])],
  ['a back slash', outside(['a\\b'])],
  ['a NUL', outside(['planted\0.txt'])],
  ['an empty name', outside(['a', '', 'planted'])],
  ['no name', outside([])],
  ['the state folder', outside(['.longshore', 'devices', 'planted.json'])],
  ['the state folder in other letters', outside(['.long\u017fhore', 'planted'])],
  ['a name that is too long', outside(['a'.repeat(5000)])],
  ['a path that is too deep', outside(Array.from({ length: 1000 }, () => 'a'))],
  ['a path that is no list', record({}, { storedAs: 'planted' })],
  ['a name that is a number', outside([7])],
  ['a path that was asked for elsewhere', record({ path: ['..', 'planted'] })],
  ['an id with a path', record({ fileId: '../../planted' })],
  ['a size below zero', record({ sizeBytes: -1 })],
  ['another size than there is', record({ sizeBytes: 2 ** 50 })],
  ['a time that is a text', record({ modifiedAtMs: 'yesterday' })],
  ['a time beyond all dates', record({ modifiedAtMs: 1e300 })],
  ['an MD5 that is none', record({}, { md5: '../../planted' })],
  ['another MD5', record({}, { md5: '0'.repeat(32) })],
  ['another XXH128', record({}, { md5: undefined, digest: `xxh128:${'0'.repeat(32)}` })],
  ['a digest of no kind', record({}, { md5: undefined, digest: `crc32:${'0'.repeat(32)}` })],
  ['an XXH128 that is too long', record({}, { md5: undefined, digest: `xxh128:${'0'.repeat(64)}` })],
  ['two digests', record({}, { digest: `xxh128:${'0'.repeat(32)}` })],
  ['no digest', record({}, { md5: undefined })],
  ['a kind of digest that nobody knows', record({ verifiedBy: 'crc32' })],
  ['an identity that is none', record({}, { fileIdentity: { toString: 1 } })],
  ['a key with a path', record({ origin: { kind: 'begun', uploadKey: 'a/b' } })],
  ['a wish that nobody knows', record({ onConflict: 'ALWAYS' })],
  ['another state', record({ state: { kind: 'receiving' } })],
]

function inJournal(planted: object): Buffer {
  const text = Buffer.from(JSON.stringify(planted))
  const head = Buffer.alloc(12)
  head.writeUInt32BE(text.length, 0)
  head.writeUInt32BE(data.length, 4)
  head.writeUInt32BE(crc32(data, crc32(text)), 8)
  return Buffer.concat([head, text, data])
}

/** The state folder of a receiver that has ended. */
async function left(): Promise<{ within: string; directory: string; own: string }> {
  const within = await sandbox()
  const { directory, receiver } = await receiving(within)
  await receiver.close()
  return { within, directory, own: join(directory, '.longshore') }
}

/** Starts a receiver again; answers what it met. */
async function startedAgain(directory: string) {
  const told: string[] = []
  const receiver = await withReceiver(directory, { onUnexpected: (error) => void told.push(String(error)) })
  return { client: clientOf(receiver), told }
}

/** All names below a folder that have `planted` in them. */
async function planted(within: string): Promise<string[]> {
  return (await readdir(within, { recursive: true })).filter((name) => name.includes('planted'))
}

test.each(UNBELIEVABLE)(
  'an entry of the journal with %s is told and left out, and the others count',
  async (_, entry) => {
    const { within, directory, own } = await left()
    const good = record({ fileId: 'b'.repeat(32), origin: { kind: 'begun', uploadKey: 'y'.repeat(20) } })
    await writeFile(join(own, 'small-files.0'), Buffer.concat([inJournal(entry), inJournal(good), inJournal(entry)]))

    const { client, told } = await startedAgain(directory)

    expect(told).toEqual([expect.stringContaining('2 small files in the journal could not be believed')])
    expect(await planted(within)).toEqual([])
    expect((await readdir(directory)).sort()).toEqual(['.longshore', 'x'])
    expect(await refusalOf(upload(client, source('after.txt', data)))).toBe('OK')
  },
)

test('a journal that promises more bytes than there can be, or none, keeps nothing from starting', async () => {
  for (const [head, messages] of [
    [Buffer.alloc(12, 0xff), 1],
    [Buffer.alloc(12), 0],
  ] as const) {
    const { directory, own } = await left()
    const entry = inJournal(record())
    await writeFile(join(own, 'small-files.0'), Buffer.concat([entry, head, Buffer.alloc(100_000)]))
    const { client, told } = await startedAgain(directory)
    expect(told).toHaveLength(messages)
    expect(await readFile(join(directory, 'x'))).toEqual(data)
    expect(await refusalOf(upload(client, source('after.txt', data)))).toBe('OK')
  }
})

/** What is no fault in a ledger: it has no data to compare with. */
const onlyInJournal = new Set(['another size than there is', 'another MD5', 'another XXH128', 'another state'])

test.each(UNBELIEVABLE.filter(([what]) => !onlyInJournal.has(what)))(
  'a record of the ledger with %s is set aside and told, and the others count',
  async (_, entry) => {
    const { within, directory, own } = await left()
    const { fileId } = entry as UploadRecord
    const database = new ClassicLevel(join(own, 'ledger'))
    for (const [id, text] of [
      [fileId, JSON.stringify(entry)],
      ['b'.repeat(32), JSON.stringify(record({ fileId: 'b'.repeat(32), state: { kind: 'receiving' } }))],
    ] as const) {
      await database.put(`upload/${id}`, text)
      await database.put(`unfinished/${id}`, '')
    }
    await database.close()

    const { client, told } = await startedAgain(directory)

    expect(told).toEqual([expect.stringContaining(`kept as corrupt/upload/${fileId}`)])
    expect(await planted(within)).toEqual([])
    expect(await refusalOf(upload(client, source('after.txt', data)))).toBe('OK')
  },
)

const line = (more: object) =>
  JSON.stringify({ path: 'a', size: 1, md5: '0'.repeat(32), finishedAt: '2001-09-09T01:46:40.000Z', ...more })

test.each([
  ['an absolute path', { path: '/etc/passwd' }],
  ['a way up', { path: '../../x' }],
  ['an empty name', { path: 'a//b' }],
  ['a NUL', { path: 'a\0' }],
  ['the state folder', { path: '.longshore/identity/identity.pem' }],
  ['the state folder in other letters', { path: 'x/.long\u017fhore/y' }],
  ['a name that is too long', { path: 'a'.repeat(5000) }],
  ['a line that is too long', { path: 'a'.repeat(1_000_000) }],
  ['a size that is none', { size: 1e300 }],
  ['a size below zero', { size: -1 }],
  ['an MD5 that is none', { md5: ['0'.repeat(32)] }],
  ['an XXH128 that is none', { md5: undefined, digest: `xxh128:${'0'.repeat(31)}` }],
  ['two digests', { digest: `xxh128:${'0'.repeat(32)}` }],
  ['no digest', { md5: undefined }],
  ['a time that is none', { finishedAt: 'never' }],
  ['a bucket that is none', { bucket: 7 }],
  ['a way up that was removed', { path: '../x', removedAt: '2001-09-09T01:46:40.000Z' }],
])('a line of the log with %s is told and passed over, and the others count', async (_, more) => {
  const { directory } = await left()
  const log = receivedLogOf(directory)
  await appendFile(log, `${line({ path: 'first' })}\n${line(more)}\n{"half a li\n${line({ path: 'last' })}`)
  const told: string[] = []
  const files = await readReceivedLog(log, (error) => told.push(error.message))
  expect([...files.keys()]).toEqual(['first', 'last'])
  expect(told).toEqual([expect.stringMatching(/^A line of .* could not be believed/)])
})

test('a name as it was spelled on the disk before is believed', async () => {
  const { directory } = await left()
  const log = receivedLogOf(directory)
  const paths = ['cafe\u0301/STRASSE.txt', '❤️/a\u200db', 'ａ']
  await appendFile(log, paths.map((path) => `${line({ path })}\n`).join(''))
  expect([...(await readReceivedLog(log)).keys()]).toEqual(paths)
})

test('an announcement that no receiver wrote is not believed, and no link is followed to one or through one', async () => {
  const { within, directory, own } = await left()
  const content = { path: 'a', size: 1, md5: '0'.repeat(32) }
  const announce = (name: string, value: object) => writeFile(join(own, 'replacing', name), JSON.stringify(value))
  await announce('good.json', content)
  await announce('size.json', { ...content, size: -1 })
  await announce('md5.json', { ...content, md5: [content.md5] })
  await announce('both.json', { ...content, digest: `xxh128:${content.md5}` })
  await announce('kind.json', { ...content, md5: undefined, digest: `crc32:${content.md5}` })
  await announce('huge.json', { ...content, more: 'x'.repeat(100_000) })
  await writeFile(join(within, 'outside.json'), JSON.stringify(content))
  await symlink(join(within, 'outside.json'), join(own, 'replacing/link.json'))
  expect(await replacementsOf(directory, 'a', 0)).toMatchObject([
    { path: 'a', size: 1, digest: { kind: 'md5', hex: content.md5 } },
  ])
  await announce('up.json', { ...content, path: '../a' })
  expect(await replacementsOf(directory, '../a', 0)).toEqual([])
})

test('a link in the place of a folder of its own keeps a receiver from starting', async () => {
  const within = await sandbox()
  const own = join(within, 'received/.longshore')
  await mkdir(own, { recursive: true })
  await mkdir(join(within, 'elsewhere'))
  await symlink(join(within, 'elsewhere'), join(own, 'replacing'))
  const starting = startReceiver({ directory: join(within, 'received'), host: '127.0.0.1', port: 0 })
  await expect(starting).rejects.toThrow('symbolic link')
  expect(await readdir(join(within, 'elsewhere'))).toEqual([])
})
