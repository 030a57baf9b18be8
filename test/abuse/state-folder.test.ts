import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdirSync, rmdirSync, statSync, symlinkSync } from 'node:fs'
import { mkdir, readdir, readFile, truncate, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { expect, type TestContext, test } from 'vitest'
import { asked, type Client, connect, refusalOf, sendPlain, source, upload } from '../../server/fixtures/client.ts'
import { newFileId, publicationOf, readyPart } from '../../server/fixtures/parts.ts'
import { fates, put, toPut } from '../../server/fixtures/put.ts'
import { receiving, sandbox } from '../../server/fixtures/receiving.ts'
import { secured } from '../../server/fixtures/secured.ts'
import { mounted } from '../../server/fixtures/small-disk.ts'
import { openDiskStore } from '../../server/store/disk.ts'
import { longshoreReceive } from '../support/longshore-process.ts'
import { tempDir } from '../support/temp-dir.ts'

/**
 * One of each way to write what some system takes for `.longshore`; each of them by itself is tested beside the
 * function that refuses it.
 */
const NAMES = [
  '.long\u017fhore',
  '.LONGSHORE',
  '．ｌｏｎｇｓｈｏｒｅ',
  '.long\u00adshore',
  '.longshore\u{e0041}',
  '.ʟᴏɴɢꜱʜᴏʀᴇ',
  '.longshore.',
  '.longshore::$INDEX_ALLOCATION',
  'LONGSH~1',
  'LO1A2B~1',
]

const BAD_NAME = 'INVALID_ARGUMENT BAD_NAME'

/** Everything that a receiver keeps which no upload may change, by its MD5. */
async function kept(directory: string): Promise<Record<string, string>> {
  const files: Record<string, string> = {}
  const folder = join(directory, '.longshore')
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = relative(folder, join(entry.parentPath, entry.name))
    // What changes by itself while a receiver runs.
    const isAlive = /^(ledger|occupants|parts|small|small-files\..*|received\.jsonl|listening\.json)(\/|$)/.test(path)
    if (entry.isFile() && !isAlive)
      files[path] = createHash('md5')
        .update(await readFile(join(folder, path)))
        .digest('hex')
  }
  return files
}

/** Every way to ask for a name, and what became of it. */
async function everyWay(client: Client, path: readonly string[]): Promise<string[]> {
  const at = (data: string) => ({ ...source('x', Buffer.from(data)), path: [...path] })
  const small = at('small')
  const [fate = ''] = fates([small], await put(client, [toPut(small)]))
  const checked = await asked<{ paths: { state: string }[] }>((done) =>
    client.checkPaths({ paths: [{ path: [...path], size: 1 }] }, done),
  )
  return [
    fate,
    await refusalOf(upload(client, at('large'))),
    await refusalOf(upload(client, at('same'), { onConflict: 'SKIP_SAME' })),
    await refusalOf(asked((done) => client.makeFolder({ path: [...path] }, done))),
    checked.paths[0]?.state ?? '',
  ]
}

const REFUSED = ['BAD_NAME', BAD_NAME, BAD_NAME, BAD_NAME, 'REFUSED']

test('a device without rights reaches the state folder by no spelling of its name, at any depth', async () => {
  const { device, directory, receiver } = await secured()
  const { client } = await device({ mayOverwrite: false })
  await device()
  const before = await kept(directory)
  for (const name of NAMES) {
    expect([name, await everyWay(client, [name, 'devices', 'deadbeefdeadbeef.json'])]).toEqual([name, REFUSED])
    expect([name, await everyWay(client, ['deep', 'down', name, 'x'])]).toEqual([name, REFUSED])
  }
  await receiver.lookAtDevices()
  expect(await kept(directory)).toEqual(before)
})

test('a stranger at a receiver that asks nobody reaches it as little, and neither does a plain client', async () => {
  const directory = join(tempDir(), 'box')
  const victim = await longshoreReceive(directory)
  const client = connect(victim.port)
  const before = await kept(directory)
  for (const name of NAMES) {
    expect([name, await everyWay(client, [name, 'identity', 'identity.pem'])]).toEqual([name, REFUSED])
    const data = Buffer.from('plain')
    await refusalOf(sendPlain(client, [{ fileId: name, totalSize: data.length, data }]))
  }
  client.close()
  expect(await kept(directory)).toEqual(before)
  const beside = (await readdir(directory)).filter((name) => name !== '.longshore')
  expect(beside).toHaveLength(NAMES.length)
  for (const name of beside) expect(name).toMatch(/^_/)
})

/** A receiver, and what was in its state folder for the taking when it started. */
async function withTreasure(within: string, stateDirectory = join(within, 'received/.longshore')) {
  const treasure = join(stateDirectory, 'devices')
  await mkdir(treasure, { recursive: true, mode: 0o700 })
  await writeFile(join(treasure, 'victim.json'), 'as it was')
  const { client, directory } = await receiving(within, { stateDirectory })
  return { client, directory, treasure }
}

async function mustBeOutOfReach(client: Client, path: readonly string[], treasure: string): Promise<void> {
  const before = await readdir(treasure)
  expect(await everyWay(client, [...path, 'planted'])).toEqual(REFUSED)
  const over = { ...source('x', Buffer.from('taken')), path: [...path, 'victim.json'] }
  expect(await refusalOf(upload(client, over, { onConflict: 'OVERWRITE' }))).toBe(BAD_NAME)
  expect(await readdir(treasure)).toEqual(before)
  expect(await readFile(join(treasure, 'victim.json'), 'utf8')).toBe('as it was')
}

test('a folder of the state folder that is mounted under another name is out of reach', async (context) => {
  const { client, directory, treasure } = await withTreasure(await sandbox())
  for (const name of ['inbox', 'whole']) mkdirSync(join(directory, name))
  mounted(['--bind', treasure, join(directory, 'inbox')], context)
  mounted(['--bind', join(directory, '.longshore'), join(directory, 'whole')], context)
  await mustBeOutOfReach(client, ['inbox'], treasure)
  await mustBeOutOfReach(client, ['INBOX'], treasure)
  await mustBeOutOfReach(client, ['whole', 'devices'], treasure)
})

test('a state folder elsewhere that leads back into the receiving folder is out of reach', async () => {
  const within = await sandbox()
  mkdirSync(join(within, 'received', 'state'), { recursive: true, mode: 0o700 })
  symlinkSync(join(within, 'received', 'state'), join(within, 'link'))
  const { client, treasure } = await withTreasure(within, join(within, 'link'))
  await mustBeOutOfReach(client, ['state', 'devices'], treasure)
})

test('a link to the state folder is not followed', async () => {
  const { client, directory, treasure } = await withTreasure(await sandbox())
  symlinkSync('.longshore', join(directory, 'link'))
  const over = { ...source('x', Buffer.from('taken')), path: ['link', 'devices', 'victim.json'] }
  expect(await refusalOf(upload(client, over, { onConflict: 'OVERWRITE' }))).toBe(
    'FAILED_PRECONDITION STORAGE_NOT_WRITABLE',
  )
  expect(await readFile(join(treasure, 'victim.json'), 'utf8')).toBe('as it was')
})

test('a store reads, deletes and settles nothing in the state folder, whatever it is called', async (context) => {
  const directory = await sandbox()
  const store = await openDiskStore(directory)
  const parts = join(directory, '.longshore/parts')
  await writeFile(join(parts, 'a.part'), 'abc')
  mkdirSync(join(directory, 'in'))
  mounted(['--bind', parts, join(directory, 'in')], context)
  const path = ['in', 'a.part']
  const never = async () => expect.unreachable('it was recorded')

  expect(await store.openPublished(path)).toBeUndefined()
  const unchanged = {
    sizeBytes: 3,
    digest: { kind: 'md5', hex: 'x' } as const,
    storedAtMs: Date.now(),
    readAtMs: Date.now() + 60_000,
  }
  expect(await store.removePublished(path, unchanged, async () => undefined)).toBe('changed')
  await expect(store.settle(newFileId(), { storedAs: path, fileIdentity: '1:1' }, never)).rejects.toThrow('own folder')
  await expect(store.spelled(path)).rejects.toThrow('own folder')
  await expect(store.holders(['in'], ['a.part'])).rejects.toThrow('own folder')
  await expect(store.makeFolder(['in', 'x'])).rejects.toThrow('own folder')
  expect(await readFile(join(parts, 'a.part'), 'utf8')).toBe('abc')
})

test('a folder that got the number of one that is gone is not taken for it', async (context) => {
  const directory = await sandbox()
  const own = join(directory, '.longshore', 'gone')
  mkdirSync(own, { recursive: true })
  const { ino } = statSync(own)
  const store = await openDiskStore(directory)
  await store.makeFolder(['seen'])
  rmdirSync(own)
  mkdirSync(join(directory, 'mine'))
  if (statSync(join(directory, 'mine')).ino !== ino)
    context.skip('needs a file system that gives a number again at once')
  expect(await store.makeFolder(['mine', 'x'])).toEqual(['mine', 'x'])
})

/** Mounts a file system that takes names in different case for one. */
async function ignoringCase(folder: string, context: TestContext): Promise<void> {
  const image = `${folder}.img`
  await writeFile(image, '')
  await truncate(image, 64 * 1024 ** 2)
  mkdirSync(folder)
  const kinds = [
    {
      make: ['mkfs.ext4', '-q', '-O', 'casefold', '-E', 'encoding=utf8', image],
      within: [
        ['rmdir', join(folder, 'lost+found')],
        ['chattr', '+F', folder],
      ],
    },
    { make: ['mkfs.vfat', image], within: [] },
  ]
  for (const { make, within } of kinds) {
    try {
      execFileSync(make[0] ?? '', make.slice(1), { stdio: 'pipe' })
      execFileSync('mount', ['-o', 'loop', image, folder], { stdio: 'pipe' })
    } catch {
      continue
    }
    execFileSync('umount', [folder])
    mounted(['-o', 'loop', image, folder], context)
    for (const [program = '', ...args] of within) execFileSync(program, args)
    return
  }
  context.skip('needs a file system that takes names in different case for one, and the right to mount it')
}

test('on a file system that takes other names for the state folder, it is out of reach by those', async (context) => {
  const directory = join(await sandbox(), 'disk')
  await ignoringCase(directory, context)
  const store = await openDiskStore(directory)
  const fileId = await readyPart(store, Buffer.from('taken'))
  for (const name of ['.LONGSHORE', '.LongShore']) {
    const wish = { path: [name, 'planted'], sizeBytes: 5, modifiedAtMs: undefined, onConflict: 'KEEP_BOTH' as const }
    await expect(store.publish(fileId, wish, publicationOf())).rejects.toThrow('own folder')
    await expect(store.makeFolder([name, 'x'])).rejects.toThrow('own folder')
  }
  expect(await readdir(join(directory, '.longshore'))).not.toContain('planted')
})
