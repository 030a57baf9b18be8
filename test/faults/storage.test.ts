import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, existsSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, onTestFinished, test } from 'vitest'
import { CHUNK_BYTES } from '../../proto/limits.ts'
import { becomeSmallDisk } from '../../server/fixtures/small-disk.ts'
import { addTo } from '../support/add-to.ts'
import { buildOutputs } from '../support/build.ts'
import { longshoreReceive } from '../support/longshore-process.ts'
import { makeFile, md5OfFile } from '../support/made-file.ts'
import { tempDir } from '../support/temp-dir.ts'
import { untilAll, untilKind, withEngine } from '../support/with-engine.ts'
import { hasOpen } from './process-facts.ts'

const MIB = 1024 ** 2
const hasStrace = spawnSync('strace', ['-V']).status === 0
const hasPrlimit = spawnSync('prlimit', ['--version']).status === 0

beforeAll(() => buildOutputs(['cli']))

test('[F1] 3 × 40 MiB into a disk of 64 MiB: what does not fit waits and says so, and finishes when there is room', async (context) => {
  const [here, there] = [tempDir(), tempDir()]
  becomeSmallDisk(there, 64, context)
  const names = ['a.bin', 'b.bin', 'c.bin']
  const md5s = names.map((name, seed) => makeFile(join(here, name), 40 * MIB, seed + 1))
  const receiver = await longshoreReceive(there)
  const engine = await withEngine({ options: { filesAtOnce: 3 } })
  await addTo(
    engine,
    names.map((name) => join(here, name)),
    { receiver: `127.0.0.1:${receiver.port}` },
  )
  for (let round = 0; round < names.length; round++) {
    const uploads = await untilAll(engine, ({ status }) => status.kind === 'done' || isDiskFull(status), 60_000)
    const arrived = names.filter((name) => existsSync(join(there, name)))
    expect(arrived).toHaveLength(1)
    expect(uploads.filter(({ status }) => status.kind === 'done')).toHaveLength(round + 1)
    const [name] = arrived
    expect(md5OfFile(join(there, name as string))).toBe(md5s[names.indexOf(name as string)])
    rmSync(join(there, name as string))
    engine.wake()
    if (round < names.length - 1) await untilAll(engine, () => existsAny(there, names), 60_000)
  }
})

test('[F2 F3] a disk that fills up in the middle pauses the upload; nothing acknowledged is lost, and it finishes by itself', async (context) => {
  const [here, there] = [tempDir(), tempDir()]
  becomeSmallDisk(there, 96, context)
  const md5 = makeFile(join(here, 'film.bin'), 60 * MIB)
  const receiver = await longshoreReceive(there)
  const engine = await withEngine()
  await addTo(engine, [join(here, 'film.bin')], { receiver: `127.0.0.1:${receiver.port}` })
  await untilAll(engine, ({ status }) => status.kind === 'sending' && status.bytesStored > 0)
  // Somebody else fills the disk, which no accounting can know beforehand.
  spawnSync('dd', ['if=/dev/zero', `of=${join(there, 'ballast')}`, 'bs=1M'], { stdio: 'ignore' })
  const [full] = await untilAll(engine, ({ status }) => isDiskFull(status), 60_000)
  const acknowledged = full?.status.kind === 'interrupted' ? (full.status.bytesStored ?? 0) : 0
  expect(existsSync(join(there, 'film.bin'))).toBe(false)
  rmSync(join(there, 'ballast'))
  engine.wake()
  const [done] = await untilKind(engine, 'done')
  expect(md5OfFile(join(there, 'film.bin'))).toBe(md5)
  // What was acknowledged before is not sent again: all in flight may be.
  expect(acknowledged).toBeGreaterThan(0)
  expect(done?.bytesSent).toBeLessThanOrEqual(60 * MIB + 40 * CHUNK_BYTES)
})

/** Makes system calls of a running process fail or wait, as strace's `inject` says, until the test ends. */
async function inject(pid: number | undefined, call: string, fault: string, log: string): Promise<void> {
  const flags = ['-f', '-o', log, '-e', `trace=${call}`, '-e', `inject=${call}:${fault}`, '-p', String(pid)]
  const child = spawn('strace', flags)
  onTestFinished(async () => {
    child.kill('SIGINT')
    await once(child, 'exit')
  })
  await once(child.stderr, 'data')
}

test.skipIf(!hasStrace).each([
  ['[F5] EDQUOT while writing', 'pwrite64', 'error=EDQUOT:when=20..24'],
  ['[F7] EIO while writing', 'pwrite64', 'error=EIO:when=20'],
  ['[F8] EIO from a sync', 'fdatasync', 'error=EIO:when=1'],
  ['[F9] EIO while giving the final name', 'link,linkat', 'error=EIO:when=1'],
  ['[F9] EIO while syncing the folder', 'fsync', 'error=EIO:when=1'],
  ['[F14] a slow disk', 'pwrite64', 'delay_enter=20000'],
])('%s: the file arrives whole in the end (needs strace)', async (_name, call, fault) => {
  const [here, there] = [tempDir(), tempDir()]
  const md5 = makeFile(join(here, 'film.bin'), 48 * MIB)
  // strace counts calls for each thread, so there must be one.
  const receiver = await longshoreReceive(there, { env: { UV_THREADPOOL_SIZE: '1' } })
  await inject(receiver.child.pid, call, fault, join(here, 'strace.log'))
  const engine = await withEngine()
  await addTo(engine, [join(here, 'film.bin')], { receiver: `127.0.0.1:${receiver.port}` })
  const [upload] = await untilAll(engine, ({ status }) => status.kind === 'done' || status.kind === 'failed', 60_000)
  expect(readFileSync(join(here, 'strace.log'), 'utf8')).toMatch(/INJECTED|DELAYED/)
  expect(upload?.status).toMatchObject({ kind: 'done', digest: { hex: md5 } })
  expect(md5OfFile(join(there, 'film.bin'))).toBe(md5)
})

test.skipIf(!hasPrlimit)(
  '[F10] a receiver that runs out of descriptors recovers by itself (needs prlimit)',
  async () => {
    const [here, there] = [tempDir(), tempDir()]
    const names = Array.from({ length: 40 }, (_, i) => `f${i}.bin`)
    mkdirSync(join(here, 'set'))
    for (const [seed, name] of names.entries()) makeFile(join(here, 'set', name), 200_000 + seed, seed + 1)
    const receiver = await longshoreReceive(there)
    const limit = (files: number): void => {
      const { status } = spawnSync('prlimit', ['--pid', String(receiver.child.pid), `--nofile=${files}:`])
      expect(status).toBe(0)
    }
    const engine = await withEngine({ options: { filesAtOnce: 16 } })
    limit(24)
    await addTo(engine, [join(here, 'set')], { receiver: `127.0.0.1:${receiver.port}` })
    await untilAll(engine, () => engine.list().some(({ status }) => status.kind === 'interrupted'), 30_000)
    limit(4096)
    engine.wake()
    await untilAll(engine, ({ status }) => status.kind === 'done', 60_000)
    for (const name of names) expect(md5OfFile(join(there, 'set', name))).toBe(md5OfFile(join(here, 'set', name)))
    expect(receiver.child.exitCode).toBeNull()
  },
)

test.each([
  ['between two connections of its upload', []],
  ['at any moment, where the receiver reads every file again (--verify-from-disk)', ['--verify-from-disk']],
])('[F13] bytes that changed on the receiver’s disk %s are never published', async (_when, flags) => {
  const [here, there] = [tempDir(), tempDir()]
  const md5 = makeFile(join(here, 'film.bin'), 30 * MIB)
  const receiver = await longshoreReceive(there, { flags })
  const engine = await withEngine()
  const { ids } = await addTo(engine, [join(here, 'film.bin')], { receiver: `127.0.0.1:${receiver.port}` })
  await untilAll(engine, ({ status }) => status.kind === 'sending' && status.bytesStored > 4 * MIB)
  engine.pause(ids)
  const [name] = readdirSync(join(there, '.longshore/parts'))
  const part = join(there, '.longshore/parts', name as string)
  if (flags.length === 0) await expect.poll(() => hasOpen(receiver.child.pid, part)).toBe(false)
  const file = openSync(part, 'r+')
  writeSync(file, Buffer.from('rot'), 0, 3, 1000)
  closeSync(file)
  engine.resume(ids)
  const [done] = await untilKind(engine, 'done')
  expect(md5OfFile(join(there, 'film.bin'))).toBe(md5)
  expect(done?.bytesSent).toBeGreaterThan(30 * MIB)
})

function isDiskFull(status: { kind: string; reason?: string }): boolean {
  return status.kind === 'interrupted' && status.reason === 'DISK_FULL'
}

function existsAny(directory: string, names: readonly string[]): boolean {
  return names.some((name) => existsSync(join(directory, name)))
}
