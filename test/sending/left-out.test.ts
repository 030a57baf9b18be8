import { execFileSync } from 'node:child_process'
import { appendFileSync, existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { CHUNK_BYTES } from '../../proto/limits.ts'
import { buildOutputs } from '../support/build.ts'
import { longshore, longshoreReceive } from '../support/longshore-process.ts'
import { makeFile } from '../support/made-file.ts'
import { startProxy } from '../support/net/proxy.ts'
import { tempDir } from '../support/temp-dir.ts'

beforeAll(() => buildOutputs(['cli']))

/** Sends with a memory of its own; answers the exit status, the lines and standard error. */
async function send(port: number, paths: readonly string[], { state = tempDir(), json = true } = {}) {
  const to = ['--to', `127.0.0.1:${port}`, '--plaintext', '--state-dir', state]
  const run = longshore('send', ...paths, ...to, ...(json ? ['--json'] : []))
  const status = await run.ended()
  const events = json ? run.lines.map((line) => JSON.parse(line)).filter(({ event }) => event !== 'progress') : []
  return { status, events, lines: run.lines, errors: run.errors() }
}

/** Everything that a receiver has, its own state aside. */
function arrived(there: string): string[] {
  return readdirSync(there, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(there.length + 1))
    .filter((path) => !path.startsWith('.longshore/'))
    .sort()
}

test('a pipe or a device that was named fails, and files beside it are sent', async () => {
  const [here, there] = [tempDir(), tempDir()]
  execFileSync('mkfifo', [join(here, 'pipe')])
  makeFile(join(here, 'a.bin'), 10)
  const { port } = await longshoreReceive(there)
  const { status, events } = await send(port, [join(here, 'pipe'), '/dev/null', join(here, 'a.bin')])
  expect(status).toBe(1)
  expect(events).toMatchObject([
    { event: 'failed', path: join(here, 'pipe'), reason: 'NOT_A_FILE', message: expect.stringContaining('not a file') },
    { event: 'failed', path: '/dev/null', reason: 'NOT_A_FILE' },
    { event: 'done', path: join(here, 'a.bin') },
    { event: 'summary', files: 3, failed: 2 },
  ])
})

test('in a folder, a pipe and a link are left out and told, to programs and to people', async () => {
  const [here, there] = [join(tempDir(), 'set'), tempDir()]
  makeFile(join(here, 'a.bin'), 10)
  execFileSync('mkfifo', [join(here, 'pipe')])
  symlinkSync('a.bin', join(here, 'link'))
  const { port } = await longshoreReceive(there)
  const programs = await send(port, [here])
  expect(programs.status).toBe(0)
  expect(programs.events).toMatchObject([
    { event: 'skipped', path: join(here, 'link'), reason: 'NOT_A_FILE', message: expect.stringContaining('link') },
    { event: 'skipped', path: join(here, 'pipe'), reason: 'NOT_A_FILE', message: expect.stringContaining('pipe') },
    { event: 'done' },
    { event: 'summary', files: 1, failed: 0 },
  ])
  const people = await send(port, [here], { json: false })
  expect(people.status).toBe(0)
  expect(people.errors).toContain(`${join(here, 'pipe')} is left out: `)
  expect(people.lines.at(-1)).toMatch(/^1 file, all verified: /)
})

test('a folder in which everything is left out fails, and nothing is called verified', async () => {
  const [here, there] = [join(tempDir(), 'links'), tempDir()]
  mkdirSync(here)
  symlinkSync('/etc/hostname', join(here, 'link'))
  const { port } = await longshoreReceive(there)
  const programs = await send(port, [here])
  expect(programs.status).toBe(1)
  expect(programs.events).toMatchObject([
    { event: 'skipped', path: join(here, 'link') },
    { event: 'failed', path: here, reason: 'NOTHING_TO_SEND' },
    { event: 'summary', files: 1, failed: 1 },
  ])
  const people = await send(port, [here], { json: false })
  expect(people.status).toBe(1)
  expect(people.lines.join('\n') + people.errors).toContain('Nothing was sent of this folder')
  expect(people.lines.join('\n')).not.toContain('verified')
})

test('it fails beside others that are sent; a folder with something to send in it does not', async () => {
  const [here, there] = [tempDir(), tempDir()]
  for (const folder of ['pipes/deep', 'mixed/empty', 'some']) mkdirSync(join(here, folder), { recursive: true })
  for (const folder of ['pipes/deep', 'mixed', 'some']) execFileSync('mkfifo', [join(here, folder, 'pipe')])
  makeFile(join(here, 'some/a.bin'), 10)
  const { port } = await longshoreReceive(there)
  const named = ['pipes', 'mixed', 'some'].map((name) => join(here, name))
  const { status, events } = await send(port, named)
  expect(status).toBe(1)
  expect(events.filter(({ event }) => event === 'failed')).toMatchObject([
    { path: join(here, 'pipes'), reason: 'NOTHING_TO_SEND' },
  ])
  expect(events.at(-1)).toMatchObject({ files: 2, failed: 1 })
  expect(existsSync(join(there, 'mixed/empty'))).toBe(true)
  expect(arrived(there)).toEqual(['some/a.bin'])
})

test('an empty folder alone is sent, and is no file', async () => {
  const [here, there] = [join(tempDir(), 'empty'), tempDir()]
  mkdirSync(here)
  const { port } = await longshoreReceive(there)
  const { status, lines } = await send(port, [here], { json: false })
  expect(status).toBe(0)
  expect(lines.at(-1)).toBe('no files, 1 empty folder')
  expect(lines.join('\n')).not.toContain('verified')
  expect(existsSync(join(there, 'empty'))).toBe(true)
})

test.skipIf(!existsSync('/proc/cpuinfo'))(
  'a file whose size the system does not tell fails with a sentence',
  async () => {
    const { port } = await longshoreReceive(tempDir())
    const { status, events } = await send(port, ['/proc/cpuinfo'])
    expect(status).toBe(1)
    const message = expect.stringContaining('does not tell the true size')
    expect(events).toMatchObject([
      { event: 'failed', path: '/proc/cpuinfo', reason: 'SIZE_NOT_TOLD', message },
      { event: 'summary', failed: 1, bytes: 0 },
    ])
  },
)

test('what was put on the wire for a file that failed counts in the summary', async () => {
  const [here, there] = [tempDir(), tempDir()]
  const file = join(here, 'log')
  makeFile(file, 10 * CHUNK_BYTES)
  const receiver = await longshoreReceive(there)
  const proxy = await startProxy(() => receiver.port)
  proxy.holdAfter(2 * CHUNK_BYTES)
  const to = ['--to', `127.0.0.1:${proxy.port}`, '--plaintext', '--state-dir', tempDir(), '--json']
  const run = longshore('send', file, ...to)
  await run.event('progress', ({ bytesStored }) => Number(bytesStored) > 0)
  appendFileSync(file, 'one more line')
  proxy.release()
  expect(await run.ended()).toBe(1)
  const summary = await run.event('summary')
  expect(summary).toMatchObject({ files: 1, failed: 1, bytes: 0 })
  expect(Number(summary.bytesSent)).toBeGreaterThan(0)
})

/** A tree with the state folders of two receivers, of a sender, and of nobody. */
async function treeWithState() {
  const tree = join(tempDir(), 'tree')
  const box = join(tree, 'box')
  const [apart, received, sender] = [join(tree, 'kept apart'), join(tree, 'received'), join(tree, 'memory')]
  const receivers = [await longshoreReceive(box), await longshoreReceive(received, { flags: ['--state-dir', apart] })]
  makeFile(join(tree, 'a.bin'), 10)
  expect((await send(receivers[0]?.port ?? 0, [join(tree, 'a.bin')], { state: sender })).status).toBe(0)
  for (const { child, ended } of receivers) {
    child.kill('SIGKILL')
    await ended()
  }
  const secret = { fingerprint: 'sha256:00', certificatePem: 'PEM', token: 'secret' }
  writeFileSync(join(sender, 'receivers.json'), JSON.stringify({ version: 1, receivers: [secret] }))
  for (const name of ['identity', 'sends', 'ledger', 'devices']) {
    makeFile(join(tree, 'alike', name, 'notes.txt'), 10)
  }
  writeFileSync(join(tree, 'alike/receivers.json'), '{"receivers":["the kitchen"]}')
  return { tree, box, apart, sender, state: join(box, '.longshore') }
}

test('the state of receivers and senders in a tree is left out and told; what only has such a name is sent', async () => {
  const { tree, apart, sender, state } = await treeWithState()
  const there = tempDir()
  const { port } = await longshoreReceive(there)
  const { status, events } = await send(port, [tree])
  expect(status).toBe(0)
  const skipped = events.filter(({ event }) => event === 'skipped')
  expect(skipped.map(({ reason }) => reason)).toEqual(skipped.map(() => 'STATE_FOLDER'))
  expect(skipped.map(({ path }) => path).sort()).toEqual(
    [state, apart, sender, join(tree, 'received/.longshore')].sort(),
  )
  expect(arrived(there)).toEqual([
    'tree/a.bin',
    'tree/alike/devices/notes.txt',
    'tree/alike/identity/notes.txt',
    'tree/alike/ledger/notes.txt',
    'tree/alike/receivers.json',
    'tree/alike/sends/notes.txt',
    'tree/box/a.bin',
  ])
})

test('a folder that only has the name of a receiver’s own fails file by file, because no receiver stores anything under it', async () => {
  const tree = join(tempDir(), 'tree')
  const notes = join(tree, 'alike/.longshore/notes.txt')
  for (const path of [notes, join(tree, 'a.bin')]) makeFile(path, 10)
  const there = tempDir()
  const { port } = await longshoreReceive(there)
  const { status, events } = await send(port, [tree])
  expect(status).toBe(1)
  expect(events.filter(({ event }) => event === 'failed')).toMatchObject([{ path: notes, reason: 'BAD_NAME' }])
  expect(arrived(there)).toEqual(['tree/a.bin'])
})

test('the state of a receiver or a sender that was named, by whatever way, fails', async () => {
  const { tree, box, apart, sender, state } = await treeWithState()
  const there = tempDir()
  const { port } = await longshoreReceive(there)
  symlinkSync(state, join(tree, 'link'))
  symlinkSync(join(apart, 'receiver-id'), join(tree, 'id'))
  const named = [
    state,
    apart,
    sender,
    join(tree, 'link'),
    join(tree, 'id'),
    join(state, 'ledger'),
    join(state, 'received.jsonl'),
    join(apart, 'ledger/CURRENT'),
    join(sender, 'receivers.json'),
    join(sender, '.longshore-sender'),
  ]
  const { status, events } = await send(port, [...named, join(box, 'a.bin')])
  expect(status).toBe(1)
  const failed = events.filter(({ event }) => event === 'failed')
  expect(failed.map(({ path }) => path)).toEqual(named)
  expect(new Set(failed.map(({ reason }) => reason))).toEqual(new Set(['STATE_FOLDER']))
  expect(arrived(there)).toEqual(['a.bin'])
})

test('of a folder that is also the memory of the running command, all but that memory is sent', async () => {
  const [here, there] = [tempDir(), tempDir()]
  makeFile(join(here, 'a.bin'), 10)
  writeFileSync(join(here, 'receivers.json'), '{"version":1,"receivers":[]}')
  const { port } = await longshoreReceive(there)
  const { status, events } = await send(port, [here], { state: here })
  expect(status).toBe(0)
  expect(events.filter(({ event }) => event === 'skipped').map(({ path }) => basename(path))).toEqual([
    '.longshore-sender',
    'receivers.json',
    'sends',
  ])
  expect(arrived(there)).toEqual([`${basename(here)}/a.bin`])
  const [own] = [tempDir()]
  expect((await send(port, [own], { state: own })).events).toMatchObject([
    { event: 'failed', path: own, reason: 'STATE_FOLDER' },
    { event: 'summary', failed: 1 },
  ])
})
