// @module-tag slow

import { randomBytes } from 'node:crypto'
import { appendFile, chmod, mkdir, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { CHUNK_BYTES } from '../../proto/limits.ts'
import { connect, md5DigestOf, md5Of, refusalOf, source, upload } from '../fixtures/client.ts'
import { put, toPut } from '../fixtures/put.ts'
import { dyingReceiver } from '../fixtures/receiver-process.ts'
import { receiving, sandbox } from '../fixtures/receiving.ts'
import { receivedAt, type Verdict, verify } from './verify.ts'

async function verdictsAt(path: string): Promise<Verdict[]> {
  const received = await receivedAt(path)
  if (received === undefined) return expect.unreachable(`${path} is in no receiving folder`)
  const verdicts: Verdict[] = []
  for await (const verdict of verify(received)) verdicts.push(verdict)
  return verdicts.sort((a, b) => a.name.localeCompare(b.name))
}

test('what is as it arrived is verified, one flipped byte is damage, and what was taken away is missing', async () => {
  const { client, directory } = await receiving()
  const data = randomBytes(2 * CHUNK_BYTES + 1)
  for (const name of ['good.bin', 'in/flipped.bin', 'in/shorter.bin', 'in/gone.bin', 'in/a folder'])
    await upload(client, source(name, data))
  await upload(client, source('empty', Buffer.alloc(0)))
  const flipped = Buffer.from(data)
  flipped[CHUNK_BYTES] = (flipped[CHUNK_BYTES] ?? 0) ^ 1
  await writeFile(join(directory, 'in/flipped.bin'), flipped)
  await writeFile(join(directory, 'in/shorter.bin'), data.subarray(1))
  await rm(join(directory, 'in/gone.bin'))
  await rm(join(directory, 'in/a folder'))
  await mkdir(join(directory, 'in/a folder'))
  await writeFile(join(directory, 'of somebody else'), 'not received')

  const [digest, bytes] = [md5DigestOf(data), data.length]
  expect(await verdictsAt(directory)).toEqual([
    { kind: 'verified', name: 'empty', bytes: 0, digest: md5DigestOf(Buffer.alloc(0)) },
    { kind: 'verified', name: 'good.bin', bytes, digest },
    { kind: 'missing', name: 'in/a folder', bytes, digest },
    { kind: 'damaged', name: 'in/flipped.bin', bytes, digest: md5DigestOf(flipped), expected: digest },
    { kind: 'missing', name: 'in/gone.bin', bytes, digest },
    {
      kind: 'damaged',
      name: 'in/shorter.bin',
      bytes: bytes - 1,
      digest: md5DigestOf(data.subarray(1)),
      expected: digest,
    },
  ])
})

test('a file or a folder below a receiving folder can be verified by itself, also when it is gone', async () => {
  const { client, directory } = await receiving()
  for (const name of ['a', 'in/b', 'in/deep/c', 'in2/d']) await upload(client, source(name, Buffer.from(name)))
  await rm(join(directory, 'in/deep'), { recursive: true })

  const namesAt = async (...path: string[]) =>
    (await verdictsAt(join(directory, ...path))).map(({ kind, name }) => `${kind} ${name}`)
  expect(await namesAt('in')).toEqual(['verified in/b', 'missing in/deep/c'])
  expect(await namesAt('in/')).toEqual(['verified in/b', 'missing in/deep/c'])
  expect(await namesAt('in/b')).toEqual(['verified in/b'])
  expect(await namesAt('in/deep/c')).toEqual(['missing in/deep/c'])
  expect(await namesAt('in/nothing like it')).toEqual([])
})

test.each(['before', 'after'])(
  'a receiver that is killed %s it replaces a file leaves nothing that looks like damage, whether it was started again or not',
  async (moment) => {
    const within = await sandbox()
    const directory = join(within, 'received')
    const first = await receiving(within)
    await upload(first.client, source('a.bin', randomBytes(1000)))
    await first.receiver.close()
    const child = await dyingReceiver(directory, moment, 'rename')
    const client = connect(child.port)
    const file = source('a.bin', randomBytes(2000))
    expect(await refusalOf(upload(client, file, { onConflict: 'OVERWRITE' }))).toMatch(/^UNAVAILABLE/)
    client.close()
    await child.ended()

    expect(await verdictsAt(directory)).toMatchObject([{ kind: 'verified', bytes: moment === 'before' ? 1000 : 2000 }])
    await receiving(within)
    expect(await verdictsAt(directory)).toMatchObject([{ kind: 'verified', bytes: moment === 'before' ? 1000 : 2000 }])
  },
)

test('what was about to replace a file long ago is not believed when the file is another one now', async () => {
  const within = await sandbox()
  const { client, directory, receiver } = await receiving(within)
  const old = source('a.bin', randomBytes(1000))
  await upload(client, old)
  const stale = { path: 'a.bin', size: 1000, md5: md5Of(old.data) }
  await writeFile(join(directory, '.longshore/replacing', `${'f'.repeat(32)}.json`), JSON.stringify(stale))
  await upload(client, source('a.bin', randomBytes(1000)), { onConflict: 'OVERWRITE' })
  await writeFile(join(directory, 'a.bin'), old.data)
  expect(await verdictsAt(directory)).toMatchObject([{ kind: 'damaged' }])
  await receiver.close()
  await receiving(within)
  expect(await readdir(join(directory, '.longshore/replacing'))).toEqual([])
})

test('small files that are replaced right after they came, and the journal that is emptied later, look like no damage', async () => {
  const within = await sandbox()
  const { client, directory, receiver } = await receiving(within)
  const [old, late] = [source('a.txt', randomBytes(1000)), source('a.txt', randomBytes(1000))]
  await put(client, [toPut(old)])
  await put(client, [toPut(late, { onConflict: 'OVERWRITE' })])
  await receiver.close()
  expect(await verdictsAt(directory)).toMatchObject([{ kind: 'verified', digest: md5DigestOf(late.data) }])
})

test('a path in no receiving folder is told apart', async () => {
  expect(await receivedAt(await sandbox())).toBeUndefined()
})

test('a receiving folder that was moved is verified where it is', async () => {
  const within = await sandbox()
  const { client, directory, receiver } = await receiving(within)
  await upload(client, source('in/a', Buffer.from('a')))
  await receiver.close()
  await rename(directory, join(within, 'moved'))
  expect(await verdictsAt(join(within, 'moved/in'))).toMatchObject([{ kind: 'verified', name: 'in/a' }])
})

test('while a receiver replaces a file again and again, each look at it finds it whole', async () => {
  const { client, directory } = await receiving()
  const replace = () => upload(client, source('a', randomBytes(CHUNK_BYTES / 2)), { onConflict: 'OVERWRITE' })
  await replace()
  let looking = true
  const replacing = (async () => {
    while (looking) await replace()
  })()
  for (let look = 0; look < 15; look++)
    expect(await verdictsAt(directory)).toMatchObject([{ kind: 'verified', name: 'a' }])
  looking = false
  await replacing
})

test('a log that names files elsewhere makes nobody read them', async () => {
  const within = await sandbox()
  const { directory } = await receiving(within)
  await writeFile(join(within, 'secret'), 'x')
  const line = (path: string) => `${JSON.stringify({ path, size: 1, md5: md5Of(Buffer.from('x')), finishedAt: '' })}\n`
  const log = join(directory, '.longshore/received.jsonl')
  await appendFile(log, ['../secret', 'a/../../secret', join(within, 'secret'), ''].map(line).join(''))
  expect(await verdictsAt(directory)).toEqual([])
})

test('a file that may not be read is damage, for all that can be told', async (context) => {
  if (process.getuid?.() === 0) context.skip('the administrator may read everything')
  const { client, directory } = await receiving()
  await upload(client, source('a', Buffer.from('x')))
  await chmod(join(directory, 'a'), 0)
  expect(await verdictsAt(directory)).toMatchObject([{ kind: 'damaged', digest: undefined }])
})

test('what a symbolic link leads to was not received: a file elsewhere, a folder elsewhere, a link in the middle of a path', async () => {
  const within = await sandbox()
  const { client, directory } = await receiving(within)
  for (const name of ['file', 'in/a', 'some/where/below']) await upload(client, source(name, Buffer.from('x')))
  for (const name of ['file', 'in', 'some/where']) {
    const elsewhere = join(within, name.replace('/', ' '))
    await rename(join(directory, name), elsewhere)
    await symlink(elsewhere, join(directory, name))
  }
  expect(await verdictsAt(directory)).toMatchObject([
    { kind: 'missing', name: 'file' },
    { kind: 'missing', name: 'in/a' },
    { kind: 'missing', name: 'some/where/below' },
  ])
})
