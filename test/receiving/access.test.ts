import { execFileSync, spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readFingerprint } from '../../proto/identity.ts'
import { readPairingLink } from '../../proto/pairing.ts'
import { asked, refusalOf, source, upload } from '../../server/fixtures/client.ts'
import { connectSecurely, pairingWith } from '../../server/fixtures/secured.ts'
import { CLI, longshore, longshoreReceive } from '../support/longshore-process.ts'
import { tempDir } from '../support/temp-dir.ts'

const receive = (directory: string, ...flags: string[]) => longshoreReceive(directory, { access: 'pairing', flags })

/** Runs a command that administers a receiver to its end. */
function administer(...args: string[]): { status: number | null; stdout: string; stderr: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [CLI, ...args], { encoding: 'utf8' })
  return { status, stdout: stdout.trimEnd(), stderr: stderr.trimEnd() }
}

function pemOf(directory: string): string {
  return readFileSync(join(directory, '.longshore/identity/identity.pem'), 'utf8')
}

test('a receiver encrypts and asks for pairing unless it is told otherwise, and says so in one line', async () => {
  const directory = tempDir()
  const { listening, port } = await receive(directory, '--name', 'attic')
  expect(listening).toMatchObject({ host: '127.0.0.1', tls: true })
  const link = readPairingLink(String(listening.pairLink))
  expect(link).toMatchObject({ address: `127.0.0.1:${port}`, fingerprint: listening.fingerprint, name: 'attic' })
  const client = connectSecurely(port, pemOf(directory))
  expect(await refusalOf(upload(client, source('a.bin', randomBytes(1))))).toBe('UNAUTHENTICATED NO_TOKEN')
})

test('a device pairs, sends, is listed and is revoked by the terminal while the receiver runs', async () => {
  const directory = tempDir()
  const receiver = await receive(directory)
  const pairing = await pairingWith(receiver.port)
  const { code = '' } = readPairingLink(String(receiver.listening.pairLink)) ?? {}
  const { token, deviceId } = await pairing.finish(await pairing.start(), code, 'Ada’s\u001b[2J laptop')
  const client = connectSecurely(receiver.port, pemOf(directory), token)
  await upload(client, source('a.bin', randomBytes(10)))

  const list = administer('devices', '--dir', directory)
  expect(list).toMatchObject({ status: 0, stderr: '' })
  expect(list.stdout).toMatch(new RegExp(`^${deviceId} {2}Ada’s�\\[2J laptop \\(since \\d{4}-\\d\\d-\\d\\d\\)$`))
  expect(administer('devices', 'revoke', 'nonsense', '--dir', directory).status).toBe(1)
  expect(administer('devices', 'revoke', deviceId, '--dir', directory).status).toBe(0)

  await expect
    .poll(() => asked((done) => client.getReceiverInfo({}, done)), { timeout: 20_000 })
    .toMatchObject({ access: 'PAIRING_NEEDED' })
  expect(await refusalOf(upload(client, source('b.bin', randomBytes(1))))).toBe('UNAUTHENTICATED NO_TOKEN')
  expect(administer('devices', 'list', '--dir', directory).stdout).toBe('No device is paired.')
})

test('a second device is invited while the receiver runs, with a code that takes the place of the one before', async () => {
  const directory = tempDir()
  expect(administer('devices', 'invite', '--dir', directory)).toMatchObject({
    status: 2,
    stderr: expect.stringContaining('no receiver that devices can pair with is running'),
  })
  const receiver = await receive(directory)
  const invited = administer('devices', 'invite', '--dir', directory, '--json')
  const link = readPairingLink(JSON.parse(invited.stdout).pairLink)
  const before = readPairingLink(String(receiver.listening.pairLink))
  expect(link).toEqual({ ...before, code: link?.code })
  expect(link?.code).not.toBe(before?.code)
  const pairing = await pairingWith(receiver.port)
  expect((await pairing.finish(await pairing.start(), link?.code ?? '')).token).toBeTruthy()
})

test('a token for a script is made before the receiver runs, and is good when it does', async () => {
  const directory = tempDir()
  const flags = [
    '--dir',
    directory,
    '--name',
    'ci',
    '--folder',
    'team/ci',
    '--quota',
    '8K',
    '--ttl',
    '1d',
    '--no-overwrite',
  ]
  const made = administer('token', 'create', ...flags)
  expect(made).toMatchObject({ status: 0, stdout: expect.stringMatching(/^[0-9a-f]{16}\.[A-Za-z0-9_-]{43}$/) })
  const fingerprint = readFingerprint(made.stderr.split(' ').at(-1) ?? '')
  const [device] = administer('devices', '--dir', directory, '--json')
    .stdout.split('\n')
    .map((line) => JSON.parse(line))
  expect(device).toMatchObject({ name: 'ci', folder: 'team/ci', quotaBytes: 8192, mayOverwrite: false })

  const { listening, port } = await receive(directory)
  expect(listening.fingerprint).toBe(fingerprint)
  const client = connectSecurely(port, pemOf(directory), made.stdout)
  expect(await upload(client, source('a.bin', randomBytes(2000)))).toMatchObject({ storedAs: 'team/ci/a.bin' })
  expect(await refusalOf(upload(client, source('b.bin', randomBytes(4097))))).toBe('RESOURCE_EXHAUSTED QUOTA')
})

test('flags that make no sense are refused with a sentence', () => {
  const directory = tempDir()
  const create = (...more: string[]) => administer('token', 'create', '--dir', directory, ...more)
  const refusals = [
    [create('--name', ' '), '--name takes'],
    [create('--name', 'x', '--ttl', '3 weeks'), '--ttl takes a duration'],
    [create('--name', 'x', '--folder', 'a', '--quota', 'much'), '--quota takes a size'],
    [create('--name', 'x', '--quota', '5G'), 'needs a folder'],
    [create('--name', 'x', '--folder', '../x'), 'outside the receiving folder'],
    [administer('devices', '--dir', join(directory, 'none')), 'there is no folder'],
  ] as const
  for (const [{ status, stdout, stderr }, sentence] of refusals)
    expect([status, stdout, stderr]).toEqual([2, '', expect.stringContaining(sentence)])
  expect(readdirSync(join(directory, '.longshore'))).toEqual([])
})

test('a rotated identity takes effect at the next start, with the way to it for those who pinned the old one', async () => {
  const directory = tempDir()
  const before = await receive(directory)
  const old = pemOf(directory)
  const { stdout } = administer('devices', 'rotate-identity', '--dir', directory, '--json')
  const rotated = JSON.parse(stdout)
  expect(rotated).toMatchObject({ event: 'rotated', before: before.listening.fingerprint })
  expect(await asked((done) => connectSecurely(before.port, old).getReceiverInfo({}, done))).toMatchObject({
    successions: [],
  })
  before.child.kill('SIGTERM')
  expect(await before.ended()).toBe(0)

  const after = await receive(directory)
  expect(after.listening.fingerprint).toBe(rotated.after)
  expect(await refusalOf(asked((done) => connectSecurely(after.port, old).getReceiverInfo({}, done)))).toMatch(
    /^UNAVAILABLE/,
  )
  const info = await asked<{ successions: unknown[] }>((done) =>
    connectSecurely(after.port, pemOf(directory)).getReceiverInfo({}, done),
  )
  expect(info.successions).toHaveLength(1)
})

test('[H16] no token and no key is in what the receiver prints or keeps, nor a code in its arguments', async () => {
  const directory = tempDir()
  const receiver = await receive(directory)
  const { code = '' } = readPairingLink(String(receiver.listening.pairLink)) ?? {}
  const pairing = await pairingWith(receiver.port)
  const paired = await pairing.finish(await pairing.start(), code)
  const made = administer('token', 'create', '--dir', directory, '--name', 'ci').stdout
  const client = connectSecurely(receiver.port, pemOf(directory), paired.token)
  await upload(client, source('a.bin', randomBytes(10)))
  const broken = connectSecurely(receiver.port, pemOf(directory), `${made}x`)
  await refusalOf(upload(broken, source('b.bin', randomBytes(10))))
  if (process.platform === 'linux')
    expect(readFileSync(`/proc/${receiver.child.pid}/cmdline`, 'latin1')).not.toContain(code)
  receiver.child.kill('SIGTERM')
  await receiver.ended()

  const secrets = [paired.token, made].map((token) => token.split('.')[1] ?? '')
  const printed =
    receiver.lines.join('\n') + receiver.errors() + administer('devices', '--dir', directory, '--json').stdout
  const kept = execFileSync('grep', ['-r', '-c', '', directory], { encoding: 'utf8' })
  expect(kept).toContain('identity.pem')
  for (const secret of secrets) {
    expect(printed).not.toContain(secret)
    expect(spawnSync('grep', ['-r', '-l', '-F', secret, directory], { encoding: 'utf8' }).stdout).toBe('')
  }
  expect(printed).not.toContain('PRIVATE KEY')
})

test('without encryption or without pairing a receiver stays on this computer, and it warns where nobody can pair with it or others can reach it', async () => {
  const start = async (...more: string[]) => {
    const receiver = longshore('receive', '--dir', tempDir(), '--port', '0', '--json', ...more)
    const { host, tls, pairLink } = await receiver.event('listening')
    return { host, tls, pairLink, warning: receiver.errors() }
  }
  expect(await start('--plaintext')).toMatchObject({
    host: '127.0.0.1',
    tls: false,
    pairLink: undefined,
    warning: expect.stringContaining('Warning: without encryption nobody can pair'),
  })
  expect(await start('--plaintext', '--no-auth', '--host', '0.0.0.0', '--no-discovery')).toMatchObject({
    warning: expect.stringMatching(
      /can change what is sent: no encryption(.|\n)*whoever reaches 0\.0\.0\.0:\d+ can send/,
    ),
  })
  expect(await start('--no-auth')).toMatchObject({
    host: '127.0.0.1',
    tls: true,
    pairLink: undefined,
    warning: '',
  })
})

test('a receiver presents a certificate that somebody issued', async () => {
  const directory = tempDir()
  const other = tempDir()
  mkdirSync(join(other, '.longshore'))
  const made = administer('token', 'create', '--dir', other, '--name', 'x')
  const pem = pemOf(other)
  const at = pem.indexOf('-----BEGIN CERTIFICATE')
  const [cert, key] = [join(other, 'cert.pem'), join(other, 'key.pem')]
  writeFileSync(cert, pem.slice(at))
  writeFileSync(key, pem.slice(0, at))

  const { listening, port } = await receive(directory, '--cert', cert, '--key', key)

  expect(made.stderr).toContain(String(listening.fingerprint))
  expect((await pairingWith(port)).fingerprint).toBe(listening.fingerprint)
  expect(() => statSync(join(directory, '.longshore/identity'))).toThrow('ENOENT')
})
