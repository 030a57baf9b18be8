// @module-tag slow

import { randomInt } from 'node:crypto'
import { link, lstat, mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import {
  asked,
  begin,
  type Client,
  chunksOf,
  finish,
  refusalOf,
  send,
  sendPlain,
  source,
  upload,
} from '../fixtures/client.ts'
import { filesIn, receiving, sandbox } from '../fixtures/receiving.ts'
import { internalId } from '../three-rpc/three-rpc-uploads.ts'

/** Numbers below 2^32 that are the same for the same seed (mulberry32). */
function randomFrom(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below
  }
}

/** What hostile names are put together from. */
const pieces = [
  ...[
    '..',
    '.',
    '/',
    '\\',
    '//',
    '\0',
    '\n',
    '\r',
    '\u001b[2J',
    '~',
    '-rf',
    '*',
    '?',
    '"',
    '<',
    '>',
    '|',
    ':',
    '$',
    '%',
    '`',
    ';',
  ],
  ...[
    '%2e%2e',
    '%2f',
    '%5c',
    '..%2f',
    '%c0%ae',
    '．．',
    '／',
    '＼',
    '․․',
    '‥',
    '…',
    '∕',
    '⁄',
    '\u202e',
    '\u200b',
    '\ufeff',
    '\u00ad',
  ],
  ...[
    '/etc/passwd',
    '/tmp/x',
    'C:',
    'C:\\x',
    '\\\\host\\share',
    '\\\\?\\C:\\',
    '/proc/self/fd/1',
    'file:///x',
    '.longshore',
    '.LONGSHORE',
  ],
  ...[
    'longsh~1',
    'CON',
    'nul.txt',
    'COM¹',
    'aux',
    'a',
    'B',
    'é',
    'e\u0301',
    '😀',
    '\ud800',
    '\ufffd',
    ' ',
    '  ',
    'x'.repeat(120),
    '😀'.repeat(40),
  ],
]

function hostilePath(random: (below: number) => number): string[] {
  // One in eight goes through a symbolic link.
  const begin = random(8) === 0 ? ['a'] : []
  const rest = Array.from({ length: random(6) === 0 ? random(300) : random(5) }, () =>
    Array.from({ length: random(4) }, () => pieces[random(pieces.length)] ?? '').join(''),
  )
  return [...begin, ...rest]
}

/** Everything in a folder but what is in the receiving folder, with what a stray write would change. */
async function outsideOf(within: string): Promise<string[]> {
  const seen: string[] = []
  for (const entry of await readdir(within, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name)
    if (path.startsWith(join(within, 'received'))) continue
    const { size, mtimeMs, mode, nlink } = await lstat(path)
    seen.push(`${path} ${size} ${mtimeMs} ${mode} ${nlink}`)
  }
  return seen.sort()
}

test('[D1] ten thousand hostile paths create nothing outside the receiving folder', { timeout: 120_000 }, async () => {
  const seed = randomInt(2 ** 31)
  process.stdout.write(`hostile paths with seed ${seed}\n`)
  const random = randomFrom(seed)
  const within = await sandbox()
  await mkdir(join(within, 'beside'))
  await writeFile(join(within, 'beside/file'), 'stays')
  const { client, directory } = await receiving(within)
  await symlink(join(within, 'beside'), join(directory, 'a'))
  const before = await outsideOf(within)
  const outcomes = new Map<string, number>()

  const attempt = async (path: string[], index: number) => {
    const file = { ...source('x', Buffer.alloc(0)), path }
    const outcome =
      index % 4 === 0
        ? await refusalOf(asked((done) => client.makeFolder({ path }, done)))
        : await refusalOf(upload(client, file, { onConflict: ['KEEP_BOTH', 'OVERWRITE', 'REFUSE'][index % 3] }))
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
  }
  const paths = Array.from({ length: 10_000 }, () => hostilePath(random))
  for (let at = 0; at < paths.length; at += 32) {
    await Promise.all(paths.slice(at, at + 32).map((path, index) => attempt(path, at + index)))
  }

  expect(await outsideOf(within)).toEqual(before)
  expect(await readdir(within)).toEqual(['beside', 'received'])
  expect(Object.keys(await filesIn(directory)).length).toBeGreaterThan(100)
  const known = [
    'OK',
    'ALREADY_EXISTS TARGET_EXISTS',
    'FAILED_PRECONDITION STORAGE_NOT_WRITABLE',
    'INVALID_ARGUMENT BAD_NAME',
  ]
  // Whether a name leads through the planted link is up to the seed; anything but these answers is a mistake.
  expect(known).toEqual(expect.arrayContaining([...outcomes.keys()]))
  expect(outcomes.get('INVALID_ARGUMENT BAD_NAME')).toBeGreaterThan(1000)
})

/** Puts something where the first chunk of a plain upload will be written: its name can be foretold. */
async function plant(what: 'symbolic link' | 'hard link' | 'folder', victim: string, part: string): Promise<void> {
  if (what === 'symbolic link') await symlink(victim, part)
  if (what === 'hard link') await link(victim, part)
  if (what === 'folder') await mkdir(part)
}

test.each(['symbolic link', 'hard link', 'folder'] as const)(
  '[D10] a %s that was planted where a part will be written is not written through',
  async (what) => {
    const within = await sandbox()
    const { client, directory } = await receiving(within)
    const victim = join(within, 'victim')
    await writeFile(victim, 'as it was')
    await plant(what, victim, join(directory, '.longshore/parts', `${internalId({ owner: undefined }, 'id')}.part`))

    const data = Buffer.from('from a client')
    await refusalOf(sendPlain(client, [{ fileId: 'id', totalSize: data.length, data }]))

    expect(await readFile(victim, 'utf8')).toBe('as it was')
    expect((await stat(victim)).mode & 0o777).toBe(0o644)
    for (const [path, md5] of Object.entries(await filesIn(directory))) expect(`${path} ${md5}`).toMatch(/^id /)
  },
)

test('[D10] parts are for nobody else to look into', async () => {
  const { client, directory } = await receiving()
  const begun = await begin(client, source('a', Buffer.alloc(10)))
  await send(client, begun, chunksOf(source('a', Buffer.alloc(10))))
  const modeOf = async (...path: string[]) => (await stat(join(directory, '.longshore', ...path))).mode & 0o777
  expect(await modeOf('parts')).toBe(0o700)
  expect(await modeOf('parts', `${begun.fileId}.part`)).toBe(0o600)
  expect(await modeOf('received.jsonl')).toBe(0o600)
})

/** Every call that takes an id, with any id. */
function callsWith(client: Client, id: string): Promise<string>[] {
  const chunk = { fileId: id, generation: 1, offset: 0, data: Buffer.from('x') }
  const finishing = (async () => {
    for await (const reply of client.finishUpload({ fileId: id, generation: 1, md5: '0'.repeat(32) })) {
      expect.unreachable(`an unknown upload was finished: ${JSON.stringify(reply)}`)
    }
  })()
  return [
    send(client, { fileId: id, generation: '1' } as never, [chunk]),
    finishing,
    asked((done) => client.abortUpload({ fileId: id }, done)),
    asked((done) => client.abortUpload({ uploadKey: id }, done)),
    asked((done) => client.beginUpload({ uploadKey: id, path: ['new'], size: 1 }, done)),
  ].map(refusalOf)
}

test.each([
  ['a way up', '../../../../victim'],
  ['an absolute path', '/etc/passwd'],
  ['nothing', ''],
  ['a megabyte', 'a'.repeat(1_000_000), 'RESOURCE_EXHAUSTED MESSAGE_TOO_LONG'],
  ['a NUL', 'aaaaaaaaaaaaaaaaaaaa\0'],
  ['a line break at its end', `${'a'.repeat(32)}\n`],
  ['an encoded way up', '..%2f..%2fvictim%2fvictim'],
  ['full-width letters', 'ａ'.repeat(32)],
])(
  '[D11] an id that is %s is refused by every call, and nothing is deleted',
  async (_what, id, why = 'INVALID_ARGUMENT BAD_ID') => {
    const within = await sandbox()
    await writeFile(join(within, 'victim'), 'stays')
    const { client, directory } = await receiving(within)
    const open = source('open', Buffer.from('x'))
    const begun = await begin(client, open)
    await upload(client, source('done', Buffer.from('x')))

    expect(new Set(await Promise.all(callsWith(client, id)))).toEqual(new Set([why]))

    await send(client, begun, chunksOf(open))
    expect(await finish(client, begun, open.data)).toMatchObject({ storedAs: 'open' })
    expect(Object.keys(await filesIn(directory)).sort()).toEqual(['done', 'open'])
    expect((await readdir(within)).sort()).toEqual(['received', 'victim'])
  },
)
