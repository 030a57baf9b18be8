// @module-tag slow

import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { ReceiverProcess } from '../../test/support/longshore-process.ts'
import { receiveFlags } from '../../test/support/receive-flags.ts'
import { begin, chunksOf, openStream, refusalOf, source, upload } from '../fixtures/client.ts'
import { receiverProcess, runToEnd } from '../fixtures/receiver-process.ts'
import { clientOf, receiving, sandbox } from '../fixtures/receiving.ts'
import { startReceiver } from '../receiver.ts'

test('a second receiver that is refused changes nothing of the first, also what is only there for a moment', async () => {
  const { directory } = await receiving()
  await writeFile(join(directory, '.longshore/small/arriving.part'), 'a small file')
  const before = await factsOf(directory)
  const second = {
    directory,
    host: '127.0.0.1',
    port: 0,
    onUnexpected: (error: unknown) => expect.unreachable(String(error)),
  }
  const sentence = `Another receiver is already using ${directory} (process ${process.pid}).`
  for (const stateDirectory of [undefined, join(await sandbox(), 'state')])
    await expect(startReceiver({ ...second, ...(stateDirectory && { stateDirectory }) })).rejects.toThrow(sentence)
  expect(await factsOf(directory)).toEqual(before)
})

test('two receivers with one state directory are refused, whatever folders they have', async () => {
  const within = await sandbox()
  const stateDirectory = join(within, 'state')
  await receiving(within, { stateDirectory })
  const directory = join(within, 'other')
  const second = startReceiver({ directory, stateDirectory, host: '127.0.0.1', port: 0 })
  await expect(second).rejects.toThrow(`Another receiver is already using ${stateDirectory} (process ${process.pid}).`)
  expect(await readdir(within)).toEqual(['received', 'state'])
})

test('a receiver that was killed is followed at once, by one that says nothing about it', async () => {
  const directory = join(await sandbox(), 'received')
  const first = await receiverProcess(directory)
  const refused = await runToEnd(...receiveFlags(directory))
  expect(refused).toEqual({
    code: 2,
    stderr: `Another receiver is already using ${directory} (process ${first.pid}).\n`,
  })
  first.kill('SIGKILL')
  await first.ended()
  const next = await receiverProcess(directory)
  expect(next.errors()).toBe('')
  expect(await pidsIn(directory)).toEqual([next.pid])
  next.kill('SIGTERM')
  expect(await next.ended()).toBe(0)
  expect(await readdir(join(directory, '.longshore'))).not.toContain('occupants')
  expect(await readdir(join(directory, '.longshore'))).not.toContain('receiver.lock')
})

test('of several processes that start on one folder at once, one receives', async () => {
  const directory = join(await sandbox(), 'received')
  const starts = Array.from({ length: 3 }, () => receiverProcess(directory))
  const outcomes = await Promise.allSettled(starts)
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
})

test('a lock of a version that writes no records is respected', async () => {
  const directory = join(await sandbox(), 'received')
  await mkdir(join(directory, '.longshore'), { recursive: true })
  await writeFile(join(directory, '.longshore/receiver.lock'), JSON.stringify({ pid: process.pid }))
  const second = startReceiver({ directory, host: '127.0.0.1', port: 0 })
  await expect(second).rejects.toThrow(`Another receiver is already using ${directory} (process ${process.pid}).`)
})

const ownNumbers = ['unshare', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc']
const canUnshare = spawnSync('unshare', [...ownNumbers.slice(1), 'true']).status === 0

describe.skipIf(!canUnshare)('receivers that do not see each other’s processes (needs unshare and root)', () => {
  const start = (directory: string) => receiverProcess(directory, { program: ownNumbers })

  test('are refused on one folder while one lives, also while it stands still, and not when it was killed', async () => {
    const directory = join(await sandbox(), 'received')
    const first = await start(directory)
    const records = join(directory, '.longshore/occupants')
    const before = await readdir(records)
    process.kill(await childOf(first.pid), 'SIGSTOP')
    await expect(start(directory)).rejects.toThrow('ended with 2')
    await expect(receiverProcess(directory)).rejects.toThrow('ended with 2')
    expect(await readdir(records)).toEqual(before)
    first.kill('SIGKILL')
    await first.ended()
    expect((await start(directory)).errors()).toBe('')
  })

  test('are refused on a folder that is mounted elsewhere, too', async () => {
    const within = await sandbox()
    const [directory, mounted] = [join(within, 'received'), join(within, 'mounted')]
    await mkdir(mounted)
    const first = await start(directory)
    const mount = ['unshare', '--mount', 'sh', '-c', `mount --bind ${directory} ${mounted} && exec "$0" "$@"`]
    await expect(receiverProcess(mounted, { program: mount })).rejects.toThrow('ended with 2')
    expect(await readdir(mounted)).toEqual([])
    first.kill('SIGKILL')
  })

  /** One that takes itself to be on another machine, with its own ledger: under one kernel a ledger is locked. */
  async function onMachine(name: string, within: string): Promise<ReceiverProcess> {
    const boot = join(within, name)
    await writeFile(boot, `${name}\n`)
    const pretend = `mount --bind ${boot} /proc/sys/kernel/random/boot_id && exec "$0" "$@"`
    const state = ['--state-dir', join(within, `${name}-state`)]
    const program = [...ownNumbers, 'sh', '-c', pretend]
    return receiverProcess(join(within, 'received'), { program, flags: state })
  }

  test('on two machines are refused while one lives, and wait for one that died', async () => {
    const within = await sandbox()
    const first = await onMachine('one', within)
    await expect(onMachine('two', within)).rejects.toThrow('ended with 2')
    first.kill('SIGKILL')
    await first.ended()
    const began = performance.now()
    const next = await onMachine('two', within)
    expect(performance.now() - began).toBeLessThan(20_000)
    expect(next.errors()).toMatch(/A receiver on the machine .* did not end properly/)
  })

  test('a receiver that slept too long, and was passed over, stores nothing any more and says why', async () => {
    const within = await sandbox()
    const first = await onMachine('one', within)
    const client = clientOf(first)
    const file = source('a.bin', randomBytes(3 * 1024 ** 2))
    const begun = await begin(client, file)
    const stream = openStream(client, begun)
    stream.call.write(chunksOf(file)[0] ?? {})
    await stream.next()
    const inner = await childOf(first.pid)
    process.kill(inner, 'SIGSTOP')
    const next = await onMachine('two', within)
    process.kill(inner, 'SIGCONT')
    // A sender that heard nothing for so long may have hung up by itself.
    expect(await refusalOf(stream.acks)).toMatch(/^UNAVAILABLE (STATE_UNREACHABLE|no reason)$/)
    expect(await refusalOf(upload(client, source('b.bin', randomBytes(100))))).toBe('UNAVAILABLE STATE_UNREACHABLE')
    expect(await refusalOf(begin(client, file))).toBe('UNAVAILABLE STATE_UNREACHABLE')
    expect(first.errors()).toContain('has to be started again once that one has ended')
    const other = clientOf(next)
    expect(await upload(other, file)).toMatchObject({ storedAs: 'a.bin' })
    process.kill(inner, 'SIGTERM')
    expect(await first.ended()).toBe(0)
    const kept = await readdir(join(within, 'received/.longshore'))
    expect(kept).toEqual(expect.arrayContaining(['occupants', 'receiver.lock']))
  })

  test('one that waits for another ends when it is told to', async () => {
    const within = await sandbox()
    const first = await onMachine('one', within)
    process.kill(await childOf(first.pid), 'SIGSTOP')
    const directory = join(within, 'received')
    const waiting = receiverProcess(directory, { flags: ['--state-dir', join(within, 'state')] })
    const ended = expect(waiting).rejects.toThrow('ended with 0')
    // In its own namespace the first has a low number.
    const pidOfSecond = async () => (await pidsIn(directory)).find((pid) => pid > 10)
    await expect.poll(pidOfSecond, { timeout: 60_000 }).toBeDefined()
    process.kill((await pidOfSecond()) ?? 0, 'SIGTERM')
    const began = performance.now()
    await ended
    expect(performance.now() - began).toBeLessThan(3_000)
  })
})

/** The process that a program in front runs. */
async function childOf(pid: number): Promise<number> {
  return Number((await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')).trim())
}

async function pidsIn(directory: string): Promise<readonly number[]> {
  const records = join(directory, '.longshore/occupants')
  const texts = await Promise.all(
    (await readdir(records))
      .filter((name) => name.endsWith('.json'))
      .map((name) => readFile(join(records, name), 'utf8')),
  )
  return texts.map((text) => JSON.parse(text).pid)
}

/**
 * What there is below a folder, and when it was changed; but for the records of those who are there, and what holds
 * them.
 */
async function factsOf(directory: string): Promise<readonly string[]> {
  const names = await readdir(directory, { recursive: true })
  const facts = names
    .filter((name) => !name.startsWith('.longshore/occupants'))
    .map(async (name) => {
      const { size, mtimeMs } = await stat(join(directory, name))
      return `${name} ${size} ${mtimeMs}`
    })
  return (await Promise.all(facts)).sort()
}
