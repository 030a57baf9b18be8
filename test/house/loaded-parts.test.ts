import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { buildOutputs } from '../support/build.ts'
import { longshoreReceive, longshoreUnder } from '../support/longshore-process.ts'
import { tempDir } from '../support/temp-dir.ts'

beforeAll(() => buildOutputs(['cli']))

/** Runs something with a home of its own, and answers which parts of the program were loaded: all of them are kept. */
async function partsOf(run: (env: Record<string, string>) => Promise<void>): Promise<readonly string[]> {
  const home = tempDir()
  await run({ HOME: home, XDG_CACHE_HOME: join(home, 'cache'), LOCALAPPDATA: home, NODE_DISABLE_COMPILE_CACHE: '' })
  const kept = readdirSync(home, { recursive: true, encoding: 'utf8' }).filter((path) => /code.*\.js$/.test(path))
  return kept.map((path) => path.split(/[\\/]/).at(-1) ?? '').sort()
}

const runs = (...args: string[]) =>
  partsOf(async (env) => {
    expect(await longshoreUnder({ env }, ...args).ended()).toBe(0)
  })

/** Parts that have libraries, or commands, in them which most runs do not need. */
const others = {
  libraries: [
    'certificates.js',
    'object-store.js',
    'redis.js',
    's3-store.js',
    'tracing.js',
    'cli-progress.js',
    'lib.js',
  ],
  commands: ['run.js', 'receiver.js', 'selftest.js', 'pair.js', 'devices.js', 'token.js', 'verify.js', 'discover.js'],
}

test('the parts that others must not load are parts', () => {
  const built = readdirSync(join(import.meta.dirname, '../../out/cli'))
  expect(built).toEqual(expect.arrayContaining([...others.libraries, ...others.commands, 'send.js', 'wire.js']))
})

test('no part imports another one, or a module of Node, in a way that only modules of ES can', () => {
  const folder = join(import.meta.dirname, '../../out/cli')
  const parts = readdirSync(folder).filter((name) => name.endsWith('.js') && name !== 'index.js')
  expect(parts.filter((name) => /[^\w.$]import\(['"`]/.test(readFileSync(join(folder, name), 'utf8')))).toEqual([])
})

test.each([['--version'], ['--help'], ['send', '--help'], ['help', 'receive']])(
  'longshore %s %s loads the words of the commands, and nothing that they run',
  async (...args) => {
    expect(await runs(...args)).toEqual(['program.js', 'rolldown-runtime.js'])
  },
)

test('send loads nothing of other commands, and receive nothing that it was not asked for', async () => {
  const [box, home] = [tempDir(), tempDir()]
  const ofReceiver = await partsOf(async (env) => {
    const receiver = await longshoreReceive(box, { env })
    const to = ['--to', receiver.address, '--plaintext', '--state-dir', home, '--json']
    const ofSender = await runs('send', import.meta.filename, ...to)
    expect(ofSender).toEqual(expect.arrayContaining(['send.js', 'engine.js', 'wire.js']))
    expect(ofSender).not.toEqual(expect.arrayContaining([expect.stringMatching(/multicast|listening/)]))
    for (const other of [...others.commands, ...others.libraries]) expect(ofSender).not.toContain(other)
    receiver.kill('SIGTERM')
    expect(await receiver.ended()).toBe(0)
  })
  expect(ofReceiver).toEqual(expect.arrayContaining(['run.js', 'receiver.js', 'wire.js']))
  for (const other of ['send.js', 'selftest.js', ...others.libraries]) expect(ofReceiver).not.toContain(other)
})
