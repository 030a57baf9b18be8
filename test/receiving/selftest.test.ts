import { spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer as createWebServer } from 'node:http'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { Server } from '@grpc/grpc-js'
import { beforeAll, expect, onTestFinished, test, vi } from 'vitest'
import { fileTransferService } from '../../proto/index.ts'
import { buildOutputs } from '../support/build.ts'
import { CLI, type LongshoreProcess, longshore, longshoreReceive } from '../support/longshore-process.ts'
import { makeFile, md5OfFile } from '../support/made-file.ts'
import { bound } from '../support/net/bound.ts'
import { listenOnLoopback } from '../support/net/listen.ts'
import { tempDir } from '../support/temp-dir.ts'

beforeAll(async () => {
  await buildOutputs(['cli'])
})

type Line = { readonly event: string; readonly name: string; readonly ok: boolean; readonly detail: string }

const selftest = (...args: string[]): LongshoreProcess => longshore('selftest', ...args, '--json')
const linesOf = (run: LongshoreProcess): Line[] => run.lines.map((line) => JSON.parse(line))
const checksOf = (run: LongshoreProcess): Line[] => linesOf(run).filter(({ event }) => event === 'check')
const goodEnd = { event: 'verdict', ok: true, failed: [], seconds: expect.any(Number) }

/** Waits for the end, and shows what was found when it is not the one expected. */
async function expectEnd(run: LongshoreProcess, code: number): Promise<void> {
  expect([await run.ended(), code === 0 ? checksOf(run).filter(({ ok }) => !ok) : []]).toEqual([code, []])
  expect(run.errors()).toBe('')
}

test('a good folder: every check is told, the verdict is good, and the folder is as it was', async () => {
  const directory = tempDir()
  writeFileSync(join(directory, 'mine.txt'), 'mine')
  const run = selftest('--dir', directory)
  await expectEnd(run, 0)
  expect(checksOf(run).map(({ name }) => name)).toEqual([
    'writable',
    'free space',
    'sync to disk',
    'nothing is replaced',
    'long names',
    'Unicode names',
    'writes in any order',
    'modification time',
    'owner and mode',
    'closed state',
    'transfer',
    'symbolic links',
  ])
  expect(linesOf(run).at(-1)).toEqual(goodEnd)
  expect(readdirSync(directory)).toEqual(['mine.txt'])
})

test('a receiver that already serves the folder is not disturbed', async () => {
  const [here, directory] = [tempDir(), tempDir()]
  const md5 = makeFile(join(here, 'a.bin'), 100_000)
  const receiver = await longshoreReceive(directory)
  const id = readFileSync(join(directory, '.longshore/receiver-id'), 'utf8')
  await expectEnd(selftest('--dir', directory), 0)
  const to = ['--to', `127.0.0.1:${receiver.port}`, '--plaintext', '--state-dir', here]
  expect(await longshore('send', join(here, 'a.bin'), ...to).ended()).toBe(0)
  expect(md5OfFile(join(directory, 'a.bin'))).toBe(md5)
  expect(readdirSync(directory).sort()).toEqual(['.longshore', 'a.bin'])
  expect(readFileSync(join(directory, '.longshore/receiver-id'), 'utf8')).toBe(id)
})

const canBecomeNobody =
  process.getuid?.() === 0 &&
  spawnSync('setpriv', ['--reuid', '65534', '--clear-groups', process.execPath, '--version']).status === 0

test.skipIf(!canBecomeNobody)(
  '[F6] a folder that is not writable is told in words, with status 1 (needs root and setpriv)',
  () => {
    const directory = tempDir()
    chmodSync(directory, 0o755)
    const run = spawnSync(
      'setpriv',
      ['--reuid', '65534', '--clear-groups', process.execPath, CLI, 'selftest', '--dir', directory],
      { encoding: 'utf8' },
    )
    expect(run.status, run.stderr).toBe(1)
    expect(run.stdout).toMatch(/^✗ writable: This user may not do that here \(EACCES/)
    expect(run.stdout).toMatch(/1 of 1 checks found problems: writable\./)
  },
)

test('people read a line for each check, and one for the verdict', async () => {
  const run = longshore('selftest', '--dir', tempDir())
  expect(await run.ended()).toBe(0)
  expect(run.lines.slice(0, -1).every((line) => line.startsWith('✓ '))).toBe(true)
  expect(run.lines.at(-1)).toMatch(/^All is well: 12 checks in /)
})

test('the way to a receiver: kind, round trip, throughput and limit, and nothing is left there', async () => {
  const directory = tempDir()
  const receiver = await longshoreReceive(directory)
  const run = selftest('--to', `127.0.0.1:${receiver.port}`, '--plaintext')
  await expectEnd(run, 0)
  const [reachable, roundTrip, throughput] = checksOf(run)
  expect(reachable?.detail).toMatch(/is a Longshore receiver/)
  expect(roundTrip?.detail).toMatch(/^\d+\.\d\d ms, the median of 20/)
  expect(throughput?.detail).toMatch(/^[\d.]+ MiB\/s, measured with 64\.0 MiB\. .+ limit.*\.$/)
  expect(linesOf(run).at(-1)).toEqual(goodEnd)
  expectNothingStored(directory)
})

test('a plain receiver is recognised, and is sent nothing it could not forget', async () => {
  const server = new Server()
  const asked: unknown[] = []
  server.addService(fileTransferService, {
    queryUploadedChunks: (call: { request: unknown }, answer: (error: null, value: object) => void) => {
      asked.push(call.request)
      answer(null, { offsets: [] })
    },
  })
  const run = selftest('--to', `127.0.0.1:${await bound(server)}`, '--plaintext')
  await expectEnd(run, 0)
  expect(checksOf(run)[0]?.detail).toMatch(/is a plain receiver/)
  expect(checksOf(run)[2]?.detail).toMatch(/^Not measured/)
  expect(asked).toHaveLength(21)
})

test('a receiver that is not there, and one that does not answer, are problems in words', async () => {
  const nobody = selftest('--to', '127.0.0.1:1', '--plaintext')
  await expectEnd(nobody, 1)
  expect(checksOf(nobody)).toMatchObject([{ name: 'reachable', ok: false, detail: 'The receiver cannot be reached.' }])
  expect(linesOf(nobody).at(-1)).toMatchObject({ event: 'verdict', ok: false, failed: ['reachable'] })
  const silent = createServer((socket) => socket.on('error', () => socket.destroy()))
  const port = await listenOnLoopback(silent)
  onTestFinished(() => void silent.close())
  const mute = selftest('--to', `127.0.0.1:${port}`, '--plaintext')
  await expectEnd(mute, 1)
  expect(checksOf(mute)[0]?.detail).toMatch(/did not answer within 5 s/)
})

test('[B14] something else on the port is no receiver', async () => {
  const website = createWebServer((_request, response) => response.end('hello'))
  const port = await listenOnLoopback(website)
  onTestFinished(() => void website.close())
  const run = selftest('--to', `127.0.0.1:${port}`, '--plaintext')
  await expectEnd(run, 1)
  expect(checksOf(run)).toMatchObject([{ name: 'reachable', ok: false }])
})

test('[A1 B1 B8] chaos: files arrive whole although connections break, bits flip and the receiver is killed', async () => {
  const place = tempDir()
  vi.stubEnv('TMPDIR', place)
  onTestFinished(() => void vi.unstubAllEnvs())
  const run = selftest('--chaos', '--rounds', '2', '--seed', '11')
  await expectEnd(run, 0)
  expect(linesOf(run)[0]).toEqual({ event: 'seed', seed: 11 })
  expect(checksOf(run).map(({ name }) => name)).toEqual(['round 1', 'round 2'])
  for (const { detail } of checksOf(run)) {
    expect(detail).toMatch(/through [1-9]\d* kills?, [1-9]\d* cuts?, [1-9]\d* stalls?, [1-9]\d* flipped bits?, in/)
  }
  expect(linesOf(run).at(-1)).toEqual(goodEnd)
  expect(readdirSync(place)).toEqual([])
})

test.each([
  [[], /one of --dir, --to and --chaos/],
  [['--dir', '/tmp', '--chaos'], /one of --dir, --to and --chaos/],
  [['--dir', '/no/such/folder'], /--dir: cannot look at \/no\/such\/folder \(ENOENT\)/],
  [['--dir', '/dev/null'], /--dir: \/dev\/null is not a folder/],
  [['--to', 'box:50051'], /add --plaintext/],
  [['--to', 'nowhere at all', '--plaintext'], /--to: “nowhere at all” is not an address/],
  [['--chaos', '--plaintext'], /--plaintext belongs to --to/],
  [['--dir', '/tmp', '--seed', '3'], /belong to --chaos/],
  [['--chaos', '--rounds', 'some'], /--rounds takes a whole number from 1 to 1000000, got “some”/],
  [['--chaos', '--seconds', '0'], /--seconds takes a whole number/],
  [['--chaos', '--explode'], /unknown option/],
])('wrong use, %j, is status 2 and a sentence', async (args, sentence) => {
  const run = longshore('selftest', ...(args as string[]))
  expect(await run.ended()).toBe(2)
  expect(run.errors()).toMatch(sentence as RegExp)
  expect(run.lines).toEqual([])
})

test.each([
  ['a folder', (place: string) => ['--dir', place]],
  ['chaos', () => ['--chaos', '--rounds', '9']],
] as const)('Ctrl+C while %s is checked is status 130 and leaves nothing behind', async (_, args) => {
  const place = tempDir()
  vi.stubEnv('TMPDIR', place)
  onTestFinished(() => void vi.unstubAllEnvs())
  const run = selftest(...args(place))
  await vi.waitUntil(() => isReceivingIn(place), { timeout: 20_000, interval: 5 })
  const children = childrenOf(run.child.pid ?? 0)
  run.child.kill('SIGINT')
  expect(await run.ended()).toBe(130)
  expect(run.errors()).toMatch(/interrupted; nothing of the test is left behind/)
  expect(linesOf(run).some(({ event }) => event === 'verdict')).toBe(false)
  expect(readdirSync(place)).toEqual([])
  expect(children.filter((pid) => existsSync(`/proc/${pid}`))).toEqual([])
})

test('Ctrl+C while the way to a receiver is measured leaves nothing there', async () => {
  const directory = tempDir()
  const receiver = await longshoreReceive(directory)
  const run = selftest('--to', `127.0.0.1:${receiver.port}`, '--plaintext')
  await run.event('check', ({ name }) => name === 'round trip')
  run.child.kill('SIGINT')
  expect(await run.ended()).toBe(130)
  expectNothingStored(directory)
})

test('a reader that goes away ends the test, and nothing is left behind', async () => {
  const directory = tempDir()
  const run = selftest('--dir', directory)
  await run.event('check')
  run.child.stdout.destroy()
  await once(run.child, 'exit')
  expect(readdirSync(directory)).toEqual([])
})

/** The receiver of a selftest whose scratch folder is in `place` holds parts of files. */
function isReceivingIn(place: string): boolean {
  return readdirSync(place)
    .map((scratch) => join(place, scratch, 'received/.longshore/parts'))
    .some((parts) => existsSync(parts) && readdirSync(parts).length > 0)
}

function childrenOf(pid: number): string[] {
  if (process.platform !== 'linux') return []
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
    .split(' ')
    .filter((child) => child !== '')
}

/** The receiver's folder holds its own state and no byte of an upload. */
function expectNothingStored(directory: string): void {
  expect(readdirSync(directory)).toEqual(['.longshore'])
  expect(readdirSync(join(directory, '.longshore/parts'))).toEqual([])
}
