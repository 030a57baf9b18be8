import { link, mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { asked, begin, chunksOf, finish, md5Of, refusalOf, send, source } from '../../server/fixtures/client.ts'
import { sandbox } from '../../server/fixtures/receiving.ts'
import { secured } from '../../server/fixtures/secured.ts'
import { mounted } from '../../server/fixtures/small-disk.ts'
import { openDiskStore } from '../../server/store/disk.ts'
import { bytes, check, leftSteps, QUOTA, STEP } from './devices.ts'

test('a quota followed links: it counts what is in the folder itself, a file once for each of its names', async () => {
  const within = await sandbox()
  const { device, directory } = await secured(within)
  await mkdir(join(within, 'outside/deep'), { recursive: true })
  await writeFile(join(within, 'outside/deep/large'), bytes(50))
  await mkdir(join(directory, 'z/in/.longshore'), { recursive: true })
  await writeFile(join(directory, 'z/in/.longshore/large'), bytes(50))
  await writeFile(join(directory, 'z/in/one'), bytes(1))
  await link(join(directory, 'z/in/one'), join(directory, 'z/two'))
  for (const target of ['outside', 'outside/deep/large']) {
    await symlink(join(within, target), join(directory, `z/${target.replaceAll('/', ' ')}`))
  }
  await symlink(join(within, 'outside'), join(directory, 'z/in/middle'))
  await symlink(join(within, 'outside'), join(directory, 'linked'))
  const inside = await device({ folder: ['z'], quotaBytes: 20 * STEP })
  // A folder, and a file with two names.
  expect(await leftSteps(inside.client)).toBe(17)
  for (const folder of [['linked'], ['linked', 'deep'], ['z', 'in', 'middle', 'deep']]) {
    const { client } = await device({ folder, quotaBytes: 9 * STEP })
    expect(await leftSteps(client)).toBe(9)
    expect(await refusalOf(begin(client, source('x', bytes(10))))).toBe(QUOTA)
  }
})

test('no link below the receiving folder is followed by a question: a file, a folder, one in the middle', async () => {
  const within = await sandbox()
  const { device, directory } = await secured(within)
  const { client } = await device()
  const outside = join(within, 'outside')
  await mkdir(join(outside, 'deep'), { recursive: true })
  const file = source('in/deep/a', bytes(1))
  const begun = await begin(client, file)
  await send(client, begun, chunksOf(file))
  await finish(client, begun, file.data)
  await mkdir(join(directory, 'other'))
  await rm(join(directory, 'in'), { recursive: true })
  await writeFile(join(outside, 'deep/a'), file.data)
  await symlink(outside, join(directory, 'in'))
  await symlink(join(outside, 'deep/a'), join(directory, 'other/file'))
  expect(await check(client, begun.fileId, md5Of(file.data))).toMatchObject({ match: false, serverMd5: '' })
  const paths = [['other', 'file'], ['in', 'deep', 'a'], ['in']].map((path) => ({ path, size: STEP }))
  const checked = await asked<{ paths: object[] }>((done) => client.checkPaths({ paths }, done))
  expect(checked.paths).toMatchObject([{ state: 'TAKEN' }, { state: 'REFUSED' }, { state: 'TAKEN' }])
  const sameAs = (name: string) => refusalOf(begin(client, source(name, file.data), { onConflict: 'SKIP_SAME' }))
  expect(await sameAs('other/file')).toBe('OK')
  expect(await sameAs('in/deep/a')).toContain('STORAGE_NOT_WRITABLE')
})

test('another disk, and the state folder, that are mounted in a folder do not count against its quota', async (context) => {
  const { device, directory } = await secured()
  for (const name of ['z/disk', 'z/state']) await mkdir(join(directory, name), { recursive: true })
  mounted(['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', join(directory, 'z/disk')], context)
  mounted(['--bind', join(directory, '.longshore'), join(directory, 'z/state')], context)
  await writeFile(join(directory, 'z/disk/large'), bytes(50))
  await writeFile(join(directory, 'z/small'), bytes(1))
  const { client } = await device({ folder: ['z'], quotaBytes: 9 * STEP })
  expect(await leftSteps(client)).toBe(8)
})

test('no link is followed when files are deleted after their time: to a file, to a folder, in the middle', async () => {
  const within = await sandbox()
  const directory = join(within, 'received')
  const outside = join(within, 'outside')
  for (const folder of [join(outside, 'deep'), join(directory, 'in')]) await mkdir(folder, { recursive: true })
  const data = bytes(1)
  await writeFile(join(outside, 'deep/a'), data)
  await symlink(join(outside, 'deep/a'), join(directory, 'file'))
  await symlink(join(outside, 'deep'), join(directory, 'folder'))
  await symlink(outside, join(directory, 'in/middle'))
  const store = await openDiskStore(directory)
  const storedAtMs = Date.now()
  const unchanged = {
    sizeBytes: STEP,
    digest: { kind: 'md5', hex: md5Of(data) } as const,
    storedAtMs,
    readAtMs: storedAtMs + 60_000,
  }
  for (const path of ['file', 'folder/a', 'in/middle/deep/a']) {
    expect(await store.removePublished(path.split('/'), unchanged, async () => undefined)).toBe('changed')
    expect(await store.openPublished(path.split('/'))).toBeUndefined()
  }
  expect(md5Of(await readFile(join(outside, 'deep/a')))).toBe(md5Of(data))
})
