import { appendFileSync, readdirSync, readFileSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { CHUNK_BYTES } from '../../proto/limits.ts'
import { buildOutputs } from '../support/build.ts'
import { longshore, longshoreReceive } from '../support/longshore-process.ts'
import { makeFile, md5OfFile } from '../support/made-file.ts'
import { tempDir } from '../support/temp-dir.ts'

beforeAll(() => buildOutputs(['cli']))

/** `send` with its memory in a folder of the test. */
function send(state: string, port: number, ...args: string[]) {
  return longshore('send', ...args, '--to', `127.0.0.1:${port}`, '--plaintext', '--state-dir', state, '--json')
}

test('a file that was rewritten behind its size and time after it was done is sent as it is now', async () => {
  const [here, there] = [tempDir(), tempDir()]
  const [done, held] = [join(here, 'a.bin'), join(here, 'b.bin')]
  const rewrite = (seed: number): string => {
    const md5 = makeFile(done, 2 * CHUNK_BYTES, seed)
    utimesSync(done, 1_700_000_000, 1_700_000_000)
    return md5
  }
  const before = rewrite(1)
  makeFile(held, 20 * CHUNK_BYTES)
  const receiver = await longshoreReceive(there)
  const first = send(here, receiver.port, done, held, '--limit', '5M')
  expect(await first.event('done')).toMatchObject({ path: done, md5: before })
  first.child.kill('SIGKILL')
  await first.ended()
  const now = rewrite(2)
  const second = send(here, receiver.port, done, held)
  expect(await second.ended()).toBe(0)
  const line = await second.event('done', ({ path }) => path === done)
  expect(line).toMatchObject({ storedAs: 'a (2).bin', md5: now, bytesSent: 2 * CHUNK_BYTES })
  expect(md5OfFile(join(there, 'a (2).bin'))).toBe(now)
  expect(md5OfFile(join(there, 'a.bin'))).toBe(before)
})

test('a finished file whose memory holds is told as done again, without its bytes', async () => {
  const [here, there] = [tempDir(), tempDir()]
  const [done, held] = [join(here, 'a.bin'), join(here, 'b.bin')]
  const md5 = makeFile(done, 2 * CHUNK_BYTES)
  makeFile(held, 20 * CHUNK_BYTES)
  const receiver = await longshoreReceive(there)
  const first = send(here, receiver.port, done, held, '--limit', '5M')
  await first.event('done')
  first.child.kill('SIGINT')
  expect(await first.ended()).toBe(130)
  const [memory] = readdirSync(join(here, 'sends')).map((name) => readFileSync(join(here, 'sends', name), 'utf8'))
  const [kept] = JSON.parse(memory ?? '[]')
  expect(kept).toMatchObject({ source: done, hashed: { hashedBytes: 2 * CHUNK_BYTES, proof: {} } })
  const second = send(here, receiver.port, done, held)
  expect(await second.ended()).toBe(0)
  expect(await second.event('done', ({ path }) => path === done)).toMatchObject({
    storedAs: 'a.bin',
    md5,
    bytesSent: 0,
  })
  expect(readdirSync(there).sort()).toEqual(['.longshore', 'a.bin', 'b.bin'])
})

test('the same file named twice is sent twice, also when the command has to be run again', async () => {
  const [here, there] = [tempDir(), tempDir()]
  const file = join(here, 'a.txt')
  const md5 = makeFile(file, 1000)
  const former = await longshoreReceive(there)
  former.child.kill('SIGTERM')
  await former.ended()
  expect(await send(here, former.port, file, file).ended()).toBe(1)
  await longshoreReceive(there, { port: former.port })
  const again = send(here, former.port, file, file)
  expect(await again.ended()).toBe(0)
  expect(again.lines.filter((line) => line.includes('"event":"done"'))).toHaveLength(2)
  expect([md5OfFile(join(there, 'a.txt')), md5OfFile(join(there, 'a (2).txt'))]).toEqual([md5, md5])
})

test('a file that changes during each run leaves nothing of the runs before on the receiver', async () => {
  const [here, there] = [tempDir(), tempDir()]
  const file = join(here, 'log')
  makeFile(file, 20 * CHUNK_BYTES)
  const receiver = await longshoreReceive(there)
  const parts = () => readdirSync(join(there, '.longshore/parts')).length
  for (const run of [1, 2, 3]) {
    const sender = send(here, receiver.port, file, '--limit', '20M')
    await sender.event('progress', ({ bytesStored }) => Number(bytesStored) > 0)
    appendFileSync(file, 'one more line')
    expect(await sender.ended(), `run ${run}`).toBe(1)
    expect(parts(), `run ${run}`).toBe(1)
  }
  expect(await send(here, receiver.port, file).ended()).toBe(0)
  expect(parts()).toBe(0)
  expect(md5OfFile(join(there, 'log'))).toBe(md5OfFile(file))
})
