// @module-tag slow

import { randomBytes } from 'node:crypto'
import { appendFile, mkdir, readFile, symlink, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { CHUNK_BYTES } from '../../proto/limits.ts'
import {
  begin,
  chunksOf,
  connect,
  finish,
  md5Of,
  refusalOf,
  send,
  sendPlain,
  source,
  upload,
} from '../fixtures/client.ts'
import { dyingReceiver } from '../fixtures/receiver-process.ts'
import { receiving, sandbox } from '../fixtures/receiving.ts'
import { becomeSmallDisk } from '../fixtures/small-disk.ts'
import { ReceivedLog, readReceivedLog, receivedLogOf } from './received-log.ts'

const entry = (path: string, hex = '0'.repeat(32)) =>
  ({ path, size: 1, digest: { kind: 'md5', hex }, finishedAt: '2001-09-09T01:46:40.000Z' }) as const

async function opened(path: string): Promise<ReceivedLog> {
  const log = await ReceivedLog.open(path)
  onTestFinished(() => log.close())
  return log
}

test('every finished file is logged with its size, its MD5 and the time, whoever sent it', async () => {
  const { client, directory } = await receiving(undefined, { now: () => 1_000_000_000_000 })
  const [begun, plain] = [randomBytes(CHUNK_BYTES + 1), Buffer.from('plain')]
  await upload(client, source('folder/a.bin', begun))
  await sendPlain(client, [{ fileId: 'plain.txt', totalSize: 5, data: plain }])
  await begin(client, source('unfinished', Buffer.from('x')))

  const lines = (await readFile(receivedLogOf(directory), 'utf8'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))

  const finishedAt = '2001-09-09T01:46:40.000Z'
  expect(lines).toEqual([
    { path: 'folder/a.bin', size: CHUNK_BYTES + 1, md5: md5Of(begun), finishedAt },
    { path: 'plain.txt', size: 5, md5: md5Of(plain), finishedAt },
  ])
})

test('the last line for a path counts', async () => {
  const { client, directory } = await receiving()
  for (const text of ['first', 'second', 'third'])
    await upload(client, source('a', Buffer.from(text)), { onConflict: 'OVERWRITE' })
  const files = await readReceivedLog(receivedLogOf(directory))
  expect([...files.values()]).toMatchObject([{ path: 'a', digest: { kind: 'md5', hex: md5Of(Buffer.from('third')) } }])
})

test.each(['after link', 'after unlink'])(
  'a file whose finish was cut off by kill -9 %s is logged when the receiver starts again',
  async (point) => {
    const within = await sandbox()
    const directory = join(within, 'received')
    const child = await dyingReceiver(directory, ...point.split(' '))
    const file = source('a.bin', randomBytes(CHUNK_BYTES + 3))
    const client = connect(child.port)
    const begun = await begin(client, file)
    await send(client, begun, chunksOf(file))
    expect(await refusalOf(finish(client, begun, file.data))).toMatch(/^UNAVAILABLE/)
    await child.ended()
    client.close()
    expect(await readFile(receivedLogOf(directory), 'utf8')).toBe('')

    await receiving(within)

    const files = await readReceivedLog(receivedLogOf(directory))
    expect([...files.values()]).toMatchObject([
      { path: 'a.bin', size: CHUNK_BYTES + 3, digest: { hex: md5Of(file.data) } },
    ])
  },
)

test('a line that a crash tore is ignored and does not spoil the next one', async () => {
  const path = join(await sandbox(), 'log')
  const before = await ReceivedLog.open(path)
  for (const name of ['a', 'b']) await before.write(entry(name))
  await before.close()
  const { length } = await readFile(path)
  await truncate(path, length - 20)
  expect([...(await readReceivedLog(path)).keys()]).toEqual(['a'])

  await (await opened(path)).write(entry('c'))

  expect([...(await readReceivedLog(path)).keys()]).toEqual(['a', 'c'])
})

test.each(['null', '[]', '{}', '7', '{"path":1,"size":1,"md5":"x"}', '\0\0\0', '{"path":"a","size":1,"md5":"0"}'])(
  'the line %j says nothing',
  async (line) => {
    const path = join(await sandbox(), 'log')
    await appendFile(path, `${line}\n${JSON.stringify({ ...entry('good'), digest: undefined, md5: '0'.repeat(32) })}\n`)
    expect([...(await readReceivedLog(path)).keys()]).toEqual(['good'])
  },
)

test('lines that are added at once are all there, each whole', async () => {
  const path = join(await sandbox(), 'log')
  const log = await opened(path)
  const names = Array.from({ length: 500 }, (_, index) => `${index} x${'x'.repeat(index % 240)}`)
  await Promise.all(names.map((name) => log.write(entry(name))))
  expect([...(await readReceivedLog(path)).keys()]).toEqual(names)
})

test('on a full disk adding fails, and what was added before and after is there', async (context) => {
  const folder = await sandbox()
  await mkdir(join(folder, 'disk'))
  becomeSmallDisk(join(folder, 'disk'), 1, context)
  const path = join(folder, 'disk/log')
  const log = await opened(path)
  const long = Array.from({ length: 14 }, () => 'x'.repeat(200)).join('/')
  const added: string[] = []
  const add = async (name: string) => {
    await log.write(entry(name))
    added.push(name)
  }
  await writeFile(join(folder, 'disk/ballast'), Buffer.alloc(600_000))
  for (let index = 0; index < 350; index++) await add(`${index} ${long}`).catch(() => 'the disk is full')
  expect(added.length).toBeLessThan(350)
  await truncate(join(folder, 'disk/ballast'))
  await add('after')
  const kept = new Set((await readReceivedLog(path)).keys())
  expect(added.filter((name) => !kept.has(name))).toEqual([])
  await log.close()
})

test('a symbolic link in the place of the log is not followed', async () => {
  const within = await sandbox()
  await writeFile(join(within, 'victim'), '')
  await mkdir(join(within, 'received/.longshore'), { recursive: true })
  await symlink(join(within, 'victim'), receivedLogOf(join(within, 'received')))
  await expect(receiving(within)).rejects.toThrow('received.jsonl is not believed, because it is a symbolic link')
  expect(await readFile(join(within, 'victim'), 'utf8')).toBe('')
})
