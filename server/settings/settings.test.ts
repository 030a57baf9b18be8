import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Command } from 'commander'
import { expect, test } from 'vitest'
import { sandbox } from '../fixtures/receiving.ts'
import { toLimits } from '../limits/limits.ts'
import { toConfig, workersFor } from './flags.ts'
import { withReceiveFlags } from './receive-flags.ts'
import { readSettings, settingName, settingOptions } from './settings.ts'

const EXAMPLE = join(import.meta.dirname, '../../deploy/longshore.yml')

function commandWith(...args: string[]): Command {
  return withReceiveFlags(new Command()).exitOverride().parse(args, { from: 'user' })
}

async function file(text: string): Promise<string> {
  const path = join(await sandbox(), 'longshore.yml')
  await writeFile(path, text)
  return path
}

/** The settings of a file and an environment, or the sentence why there are none. */
async function read(text: string, environment: Record<string, string> = {}, ...args: string[]) {
  const path = await file(text)
  const settings = () => readSettings(commandWith('--config', path, ...args), new Map(Object.entries(environment)))
  return { settings, path }
}

test('the command line counts before the environment, that before the file, and that before what is so by default', async () => {
  const text = 'dir: in-file\nport: 1\nname: 12\nhost: 127.0.0.1\nauth: false\nmax-connections: 7\n'
  const { settings } = await read(text, { port: '2', host: '127.0.0.2' }, '--host', '127.0.0.3')
  expect((await settings()).config).toMatchObject({
    directory: 'in-file',
    port: 2,
    name: '12',
    host: '127.0.0.3',
    asksForTokens: false,
    discovery: true,
    limits: { maxConnections: 7 },
  })
})

test.each([
  ['dir: a\nprot: 5', 2, '"prot" is no setting of a receiver. Those are: auth, cert, '],
  ['dir: a\n\n# more\nport: many', 4, 'port takes a number from 0 to 65535, not "many".'],
  ['dir: a\nplaintext: yes', 2, 'plaintext takes true or false, not "yes".'],
  ['dir: a\ndigest: sha1', 2, 'digest takes md5, xxh128, sha256, not "sha1".'],
  ['dir: a\nport: true', 2, 'port takes a text or a number, not "true".'],
  ['dir: a\nport: [1, 2]', 2, '"port" takes one value.'],
  ['dir: a\nport:', 2, '"port" has no value; leave the line out for what it is by default.'],
  ['dir: a\nmax-open-uploads: 0', 2, 'max-open-uploads takes a whole number from 1 on, not "0".'],
  ['dir: a\ndir: b', 2, 'this is not YAML: Map keys must be unique.'],
  ['dir: "a', 1, 'this is not YAML: Missing closing "quote.'],
  ['- dir', 1, 'expected lines like "port: 50051".'],
  ['just words', 1, 'expected lines like "port: 50051".'],
  ['dir: a\nconfig: b', 2, '"config" is no setting of a receiver. '],
])('what cannot be understood is refused with its line: %j', async (text, line, sentence) => {
  const { settings, path } = await read(text)
  await expect(settings()).rejects.toThrow(`${path}:${line}: ${sentence}`)
})

test('the digest that senders take is MD5, or what the command line, the environment or the file says, in this order', async () => {
  expect((await (await read('dir: a')).settings()).config.defaultDigest).toBe('md5')
  expect((await (await read('dir: a\ndigest: xxh128')).settings()).config.defaultDigest).toBe('xxh128')
  expect((await (await read('dir: a\ndigest: xxh128', { digest: 'sha256' })).settings()).config.defaultDigest).toBe(
    'sha256',
  )
  const { settings } = await read('dir: a', { digest: 'sha256' }, '--digest', 'xxh128')
  expect((await settings()).config.defaultDigest).toBe('xxh128')
})

test('a file that is not there, nothing at all, and a variable that makes no sense are refused, too', async () => {
  const none = commandWith('--config', '/nowhere/longshore.yml')
  await expect(readSettings(none, new Map())).rejects.toThrow(
    '--config names /nowhere/longshore.yml, which cannot be read (ENOENT).',
  )
  const { settings } = await read('')
  await expect(settings()).rejects.toThrow('--dir is missing: it says where received files go.')
  const misspelt = await read('dir: a', { prot: '5' })
  await expect(misspelt.settings()).rejects.toThrow('LONGSHORE_RECEIVE_PROT is no setting of a receiver. Those are: ')
  const wrong = await read('dir: a', { port: 'x' })
  await expect(wrong.settings()).rejects.toThrow(
    'LONGSHORE_RECEIVE_PORT: port takes a number from 0 to 65535, not "x".',
  )
})

test('the example has every setting, and says of each what is so when nothing is said', async () => {
  const commented = readFileSync(EXAMPLE, 'utf8')
    .split('\n')
    .flatMap((line) => /^#?([a-z0-9-]+): (.*)$/.exec(line) ?? [])
  const shown = new Map<string, string>()
  for (let i = 0; i < commented.length; i += 3) shown.set(commented[i + 1] ?? '', commented[i + 2] ?? '')
  expect([...shown.keys()].sort()).toEqual(settingOptions(commandWith()).map(settingName).sort())

  const everything = await read([...shown].map(([name, value]) => `${name}: ${value}`).join('\n'))
  const { config } = await everything.settings()
  const { directory, stateDirectory, host, name, tls, ...rest } = config
  const { limits: defaults, ...untold } = { ...toConfig({ ...commandWith().opts(), dir: 'a' }), limits: toLimits() }
  expect(rest.limits).toEqual(defaults)
  expect({ ...rest, workers: workersFor(2) }).toMatchObject({
    port: untold.port,
    discovery: untold.discovery,
    asksForTokens: untold.asksForTokens,
    verifyFromDisk: untold.verifyFromDisk,
    defaultDigest: untold.defaultDigest,
    expireAfterMs: 86_400_000,
  })
})

test('what is read again takes the place of what was read before, and a line that is gone counts no more', async () => {
  const path = await file('dir: a\nauth: false\nport: 7\nmax-open-uploads: 5')
  const command = commandWith('--config', path)
  const none = new Map<string, string>()
  expect((await readSettings(command, none)).config).toMatchObject({
    port: 7,
    asksForTokens: false,
    limits: { maxOpenUploads: 5 },
  })
  await writeFile(path, 'dir: a\nmax-busy-uploads: 6')
  expect((await readSettings(command, none)).config).toMatchObject({
    port: 50_051,
    asksForTokens: true,
    limits: { maxBusyUploads: 6 },
  })
})
