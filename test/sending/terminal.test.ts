import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { CHUNK_BYTES } from '../../proto/limits.ts'
import { longshore, longshoreReceive } from '../support/longshore-process.ts'
import { makeFile, md5OfFile } from '../support/made-file.ts'
import { startProxy } from '../support/net/proxy.ts'
import { tempDir } from '../support/temp-dir.ts'

/** `send` with its memory in a folder of the test. */
function send(state: string, port: number, ...args: string[]) {
  return longshore('send', ...args, '--to', `127.0.0.1:${port}`, '--plaintext', '--state-dir', state, '--json')
}

test('one file: the lines that programs read, and nothing else on standard output', async () => {
  const [here, there] = [tempDir(), tempDir()]
  const file = join(here, 'disk image.iso')
  const md5 = makeFile(file, 20_000_000)
  const receiver = await longshoreReceive(there)
  const sender = send(here, receiver.port, file)
  expect(await sender.ended()).toBe(0)
  expect(md5OfFile(join(there, 'disk image.iso'))).toBe(md5)
  const lines = sender.lines.map((line) => JSON.parse(line))
  const [storedAs, bytes] = ['disk image.iso', 20_000_000]
  expect(lines.at(-2)).toEqual({
    event: 'done',
    path: file,
    storedAs,
    bytes,
    bytesSent: bytes,
    digest: `md5:${md5}`,
    md5,
    verified: true,
  })
  expect(lines.at(-1)).toEqual({
    event: 'summary',
    files: 1,
    failed: 0,
    bytes,
    bytesSent: bytes,
    seconds: expect.any(Number),
  })
  const progress = lines.slice(0, -2)
  expect(progress.length).toBeGreaterThan(0)
  for (const line of progress) {
    expect(line).toEqual({
      event: 'progress',
      path: file,
      bytesStored: expect.any(Number),
      bytesTotal: bytes,
      bytesPerSecond: expect.any(Number),
    })
  }
  expect(sender.errors()).toBe('')
  expect(await receiver.event('stored')).toEqual({ event: 'stored', name: storedAs, bytes, digest: `md5:${md5}`, md5 })
  receiver.child.kill('SIGTERM')
  expect(await receiver.ended()).toBe(0)
  expect(receiver.errors()).toBe('')
})

test('a folder goes where --into says, and a second file of the same name is kept beside the first', async () => {
  const [here, there] = [tempDir(), tempDir()]
  makeFile(join(here, 'set/a.bin'), 10)
  mkdirSync(join(here, 'set/empty'))
  const receiver = await longshoreReceive(there)
  for (const round of [1, 2])
    expect(await send(here, receiver.port, join(here, 'set'), '--into', 'x/y').ended(), `${round}`).toBe(0)
  expect(readdirSync(join(there, 'x/y/set')).sort()).toEqual(['a (2).bin', 'a.bin', 'empty'])
})

test('a missing file fails with a sentence and status 1, and the others still arrive', async () => {
  const [here, there] = [tempDir(), tempDir()]
  makeFile(join(here, 'good.bin'), 10)
  const receiver = await longshoreReceive(there)
  const sender = send(here, receiver.port, join(here, 'gone.bin'), join(here, 'good.bin'))
  expect(await sender.ended()).toBe(1)
  expect(await sender.event('failed')).toEqual({
    event: 'failed',
    path: join(here, 'gone.bin'),
    reason: 'SOURCE_MISSING',
    message: 'There is no such file or folder.',
  })
  expect(await sender.event('summary')).toMatchObject({ files: 2, failed: 1, bytes: 10 })
  expect(existsSync(join(there, 'good.bin'))).toBe(true)
})

test('a receiver that is not there: status 1 and one sentence, for programs and for people', async () => {
  const here = tempDir()
  makeFile(join(here, 'a.bin'), 10)
  const forPrograms = send(here, 1, join(here, 'a.bin'))
  expect(await forPrograms.ended()).toBe(1)
  expect(await forPrograms.event('failed')).toMatchObject({
    reason: 'UNREACHABLE',
    message: 'The receiver cannot be reached.',
  })
  const people = longshore('send', join(here, 'a.bin'), '--to', '127.0.0.1:1', '--plaintext', '--state-dir', here)
  expect(await people.ended()).toBe(1)
  expect(people.lines[0]).toBe(`✗ ${join(here, 'a.bin')}: The receiver cannot be reached.`)
  expect(people.errors()).not.toMatch(/\bat .*:\d+:\d+/)
})

test.each([
  [['send', 'a.bin'], /--to/],
  [['send', 'a.bin', '--to', 'nowhere at all', '--plaintext'], /--to: “nowhere at all” is not an address/],
  [['send', 'a.bin', '--to', 'box:50051'], /add --plaintext/],
  [['send', 'a.bin', '--to', 'box', '--plaintext', '--limit', '20MB'], /--limit takes a rate such as 20M.*“20MB”/],
  [['send', 'a.bin', '--to', 'box', '--plaintext', '--conflict', 'explode'], /keep-both, overwrite, skip-same, refuse/],
  [
    ['send', 'a.bin', '--to', 'box', '--plaintext', '--connections', 'many'],
    /--connections takes a whole number from 1 to 64, got “many”/,
  ],
  [['receive', '--dir', '/tmp/x', '--cert', 'a.pem'], /--cert and --key belong together/],
  [['receive', '--dir', '/dev/null', '--plaintext', '--no-auth'], /\/dev\/null/],
  [['receive', '--dir', '/tmp/x', '--plaintext', '--no-auth', '--port', '99999'], /99999/],
  [['fly'], /unknown command/],
])('wrong use, %j, is status 2 and a sentence', async (args, sentence) => {
  const run = longshore(...(args as string[]))
  expect(await run.ended()).toBe(2)
  expect(run.errors()).toMatch(sentence as RegExp)
  expect(run.errors()).not.toMatch(/\bat .*:\d+:\d+/)
  expect(run.lines).toEqual([])
})

test('[A5] Ctrl+C is status 130, and the same command goes on where it stopped', async () => {
  const [here, there] = [tempDir(), tempDir()]
  const file = join(here, 'film.mov')
  const size = 40 * CHUNK_BYTES
  const md5 = makeFile(file, size)
  const receiver = await longshoreReceive(there)
  const proxy = await startProxy(() => receiver.port)
  proxy.holdAfter(size / 2)
  const first = send(here, proxy.port, file)
  const { bytesStored } = await first.event('progress', (line) => Number(line.bytesStored) >= size / 4)
  first.child.kill('SIGINT')
  expect(await first.ended()).toBe(130)
  expect(first.errors()).toContain('the same command continues')
  proxy.release()
  const second = send(here, proxy.port, file)
  expect(await second.ended()).toBe(0)
  const done = await second.event('done')
  expect(done).toMatchObject({ md5, verified: true })
  expect(Number(done.bytesSent)).toBeLessThanOrEqual(size - Number(bytesStored))
  expect(md5OfFile(join(there, 'film.mov'))).toBe(md5)
  expect(readdirSync(join(here, 'sends'))).toEqual([])
})

test.each(['receiver', 'sender'] as const)(
  '[A1 A4] after kill -9 of the %s, the upload is finished without starting over',
  async (victim) => {
    const [here, there] = [tempDir(), tempDir()]
    const file = join(here, 'film.mov')
    const size = 60 * CHUNK_BYTES
    const md5 = makeFile(file, size)
    let receiver = await longshoreReceive(there)
    const proxy = await startProxy(() => receiver.port)
    proxy.holdAfter(size / 2)
    let sender = send(here, proxy.port, file)
    const { bytesStored } = await sender.event('progress', (line) => Number(line.bytesStored) >= size / 4)
    if (victim === 'receiver') {
      receiver.child.kill('SIGKILL')
      await receiver.ended()
      proxy.release()
      receiver = await longshoreReceive(there)
    } else {
      sender.child.kill('SIGKILL')
      await sender.ended()
      proxy.release()
      sender = send(here, proxy.port, file)
    }
    expect(await sender.ended()).toBe(0)
    const done = await sender.event('done')
    expect(done).toMatchObject({ md5, verified: true, storedAs: 'film.mov' })
    const sentAgain =
      victim === 'receiver' ? Number(done.bytesSent) - size : Number(done.bytesSent) + Number(bytesStored) - size
    expect(sentAgain).toBeLessThanOrEqual(16 * CHUNK_BYTES)
    expect(md5OfFile(join(there, 'film.mov'))).toBe(md5)
  },
)

test('the same command twice at once is refused', async () => {
  const [here, there] = [tempDir(), tempDir()]
  const file = join(here, 'film.mov')
  makeFile(file, 10 * CHUNK_BYTES)
  const receiver = await longshoreReceive(there)
  const proxy = await startProxy(() => receiver.port)
  proxy.holdAfter(CHUNK_BYTES)
  const first = send(here, proxy.port, file)
  await first.event('progress')
  const second = send(here, proxy.port, file)
  expect(await second.ended()).toBe(2)
  expect(second.errors()).toContain('running already')
  proxy.release()
  expect(await first.ended()).toBe(0)
})

test('names cannot speak to the terminal', async () => {
  const [here, there] = [tempDir(), tempDir()]
  writeFileSync(join(here, 'a\u001b[31mred'), 'x')
  const receiver = await longshoreReceive(there)
  const people = longshore(
    'send',
    join(here, 'a\u001b[31mred'),
    '--to',
    `127.0.0.1:${receiver.port}`,
    '--plaintext',
    '--state-dir',
    here,
  )
  await people.ended()
  expect(people.lines.join('\n') + people.errors()).not.toContain('\u001b[31m')
})
