import { chmodSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { attestSuccession } from '../../proto/identity.ts'
import { formatPairingLink, spacedCode } from '../../proto/pairing.ts'
import { type LongshoreProcess, longshore, longshoreUnder } from '../support/longshore-process.ts'
import { makeFile, md5OfFile } from '../support/made-file.ts'
import { startTlsFront } from '../support/net/tls-front.ts'
import { makeIdentity, type TlsIdentity } from '../support/net/tls-identity.ts'
import { PAIRING_CODE, type PairingReceiver, startPairingReceiver } from '../support/pairing-receiver.ts'
import { tempDir } from '../support/temp-dir.ts'
import { withReceiver } from '../support/with-receiver.ts'

const RECEIVERS = 'receivers.json'

/** Pairs as a program would, and makes sure that it worked. */
async function paired(state: string, receiver: PairingReceiver, ...args: string[]): Promise<LongshoreProcess> {
  const run = longshore('pair', receiver.address, '--state-dir', state, ...args)
  run.child.stdin.end(`${spacedCode(PAIRING_CODE).toLowerCase()}\n`)
  expect(await run.ended(), run.errors()).toBe(0)
  return run
}

/** A receiver that stores takes the place of the one that paired, behind the same address and certificate. */
async function openUp(receiver: PairingReceiver): Promise<string> {
  const there = tempDir()
  receiver.leadTo((await withReceiver(there)).port)
  return there
}

/** Every file below a folder with what is in it. */
function filesIn(directory: string): readonly { readonly name: string; readonly text: string }[] {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => ({ name, text: readFileSync(join(parentPath, name), 'latin1') }))
}

function commandLineOf({ child }: LongshoreProcess): string {
  return process.platform === 'linux' ? readFileSync(`/proc/${child.pid}/cmdline`, 'utf8') : ''
}

test('pair, then send by name and by address: the token is in one private file and nowhere else', async () => {
  const [state, here] = [tempDir(), tempDir()]
  const identity = await makeIdentity()
  const receiver = await startPairingReceiver(identity)
  const pairing = longshore('pair', receiver.address, '--device-name', 'Laptop', '--state-dir', state)
  const commandLine = commandLineOf(pairing)
  pairing.child.stdin.end(`${PAIRING_CODE}\n`)
  expect(await pairing.ended(), pairing.errors()).toBe(0)
  expect(pairing.lines).toEqual([
    `Paired with “Living room” at ${receiver.address}, ${identity.fingerprint}.`,
    `Send to it: longshore send --to 'Living room' FILE…`,
  ])
  expect(receiver.devices).toEqual(['Laptop'])
  const [token = ''] = receiver.tokens
  const there = await openUp(receiver)
  const file = join(here, 'film.mov')
  const md5 = makeFile(file, 3_000_000)
  const runs = [pairing]
  for (const to of ['Living room', receiver.address, formatPairingLink({ address: receiver.address })]) {
    const send = longshore('send', file, '--to', to, '--conflict', 'overwrite', '--state-dir', state, '--json')
    expect(await send.ended(), send.errors()).toBe(0)
    runs.push(send)
  }
  expect(md5OfFile(join(there, 'film.mov'))).toBe(md5)
  expect(readdirSync(there).filter((name) => !name.startsWith('.'))).toEqual(['film.mov'])
  // A send that leaves its memory behind, because the receiver became another one.
  receiver.become(await makeIdentity())
  const stopped = longshore('send', file, '--to', 'Living room', '--state-dir', state, '--json')
  expect(await stopped.ended()).toBe(1)
  expect(await stopped.event('failed')).toMatchObject({ reason: 'IDENTITY_CHANGED' })
  runs.push(stopped)
  expect(filesIn(join(state, 'sends')).length).toBeGreaterThan(0)
  const [kept] = filesIn(state).filter(({ text }) => text.includes(token))
  expect(kept?.name).toBe(RECEIVERS)
  expect(filesIn(state).filter(({ text }) => text.includes(token))).toHaveLength(1)
  expect(statSync(join(state, RECEIVERS)).mode & 0o777).toBe(0o600)
  for (const secret of [token, PAIRING_CODE, spacedCode(PAIRING_CODE)]) {
    expect(commandLine).not.toContain(secret)
    for (const run of runs) expect(run.lines.join('\n') + run.errors()).not.toContain(secret)
  }
})

test('the code comes from a pasted link, or from the environment, and never from a command line', async () => {
  const receiver = await startPairingReceiver(await makeIdentity())
  const link = formatPairingLink({ address: receiver.address, code: PAIRING_CODE })
  const refused = longshore('pair', link, '--state-dir', tempDir())
  expect(await refused.ended()).toBe(2)
  expect(refused.errors()).toContain('Run longshore pair, and paste it when asked')
  expect(refused.errors()).not.toContain(PAIRING_CODE)
  const refusedToo = longshore('send', 'a.bin', '--to', link, '--state-dir', tempDir())
  expect(await refusedToo.ended()).toBe(2)
  expect(receiver.bytesUnderstood()).toBe(0)

  const pasted = longshore('pair', '--state-dir', tempDir())
  pasted.child.stdin.end(`${link}\n`)
  expect(await pasted.ended(), pasted.errors()).toBe(0)
  const other = await startPairingReceiver(await makeIdentity())
  const env = { LONGSHORE_PAIR_CODE: PAIRING_CODE }
  const inEnvironment = longshoreUnder({ env }, 'pair', other.address, '--state-dir', tempDir())
  expect(await inEnvironment.ended(), inEnvironment.errors()).toBe(0)
  expect(other.devices).toHaveLength(1)
})

test('what does not pair has a sentence, and nothing is kept', async () => {
  const state = tempDir()
  const receiver = await startPairingReceiver(await makeIdentity())
  const outcome = async (typed: string, ...args: string[]) => {
    const run = longshore('pair', ...args, '--state-dir', state)
    run.child.stdin.end(typed)
    const status = await run.ended()
    expect(run.errors()).not.toMatch(/\bat .*:\d+:\d+/)
    expect(run.lines).toEqual([])
    return `${status} ${run.errors()}`
  }
  expect(await outcome('0000-0000-0000-0000\n', receiver.address)).toMatch(/^1 .*code is not this receiver’s/)
  expect(await outcome('hello\n', receiver.address)).toMatch(/^2 .*not a pairing code/)
  expect(await outcome('', receiver.address)).toMatch(/^2 .*no code was given/)
  expect(await outcome('')).toMatch(/^2 .*no receiver was given/)
  expect(await outcome('longshore://box\n')).toMatch(/^2 .*not a complete pairing link/)
  expect(await outcome(`${PAIRING_CODE}\n`, '127.0.0.1:1')).toMatch(/^1 .*cannot be reached/)
  const inTheOpen = await withReceiver(tempDir())
  expect(await outcome(`${PAIRING_CODE}\n`, inTheOpen.address)).toMatch(/^1 .*not encrypted/)
  expect(existsSync(join(state, RECEIVERS))).toBe(false)
})

test('several receivers of one name are told apart, listed and forgotten', async () => {
  const state = tempDir()
  const receiver = await startPairingReceiver(await makeIdentity())
  await paired(state, receiver)
  await paired(state, await startPairingReceiver(await makeIdentity(), { receiverId: 'cd'.repeat(16) }))
  const list = async (): Promise<string[]> => {
    const run = longshore('pair', '--list', '--state-dir', state)
    await run.ended()
    return run.lines.map((line) => line.split('  ')[0] ?? '')
  }
  expect(await list()).toEqual(['Living room', 'Living room (2)'])
  expect(await longshore('pair', '--forget', 'Living room', '--state-dir', state).ended()).toBe(0)
  expect(await list()).toEqual(['Living room (2)'])
  const gone = longshore('pair', '--forget', 'Living room', '--state-dir', state)
  expect(await gone.ended()).toBe(2)
  expect(gone.errors()).toContain('no paired receiver is called “Living room”')
})

test('a damaged list of receivers is set aside, and the sentence says so', async () => {
  const state = tempDir()
  writeFileSync(join(state, RECEIVERS), '{"version":1,"receivers":[{"name":"x"}]}')
  const send = longshore('send', 'a.bin', '--to', 'box', '--state-dir', state)
  expect(await send.ended()).toBe(2)
  expect(send.errors()).toContain('not paired with “box”: run longshore pair box:50051 first')
  const aside = readdirSync(state).find((name) => name.startsWith(`${RECEIVERS}.corrupt-`))
  expect(send.lines.join('\n') + send.errors()).toContain(aside)
  expect(existsSync(join(state, RECEIVERS))).toBe(false)
})

test('a certificate that the old one vouches for is stored, and the next run trusts it from the start', async () => {
  const [state, here] = [tempDir(), tempDir()]
  const [old, next]: TlsIdentity[] = [await makeIdentity(), await makeIdentity()]
  const receiver = await startPairingReceiver(old as TlsIdentity)
  await paired(state, receiver)
  const [token] = receiver.tokens
  const { der, keyPem } = old as TlsIdentity
  receiver.successions.push(attestSuccession(der, keyPem, (next as TlsIdentity).der))
  receiver.become(next as TlsIdentity)
  receiver.seen.length = 0
  const file = join(here, 'a.bin')
  makeFile(file, 10)
  const first = longshore('send', file, '--to', 'Living room', '--state-dir', state, '--json')
  await first.ended()
  expect(receiver.seen.slice(0, 2)).toEqual([
    { method: 'GetReceiverInfo', authorization: undefined },
    { method: 'GetReceiverInfo', authorization: `Bearer ${token}` },
  ])
  expect(readFileSync(join(state, RECEIVERS), 'utf8')).toContain(next?.fingerprint)
  await openUp(receiver)
  expect(await longshore('send', file, '--to', 'Living room', '--state-dir', state).ended()).toBe(0)
})

test('a program names a fingerprint and a file with a token, which others ought not to read', async () => {
  const [state, here] = [tempDir(), tempDir()]
  const identity = await makeIdentity()
  const receiver = await startPairingReceiver(identity)
  const token = 'ci.dG9rZW4tb2YtYS1wcm9ncmFt'
  const tokenFile = join(here, 'token')
  writeFileSync(tokenFile, `${token}\n`)
  chmodSync(tokenFile, 0o644)
  const file = join(here, 'a.bin')
  makeFile(file, 10)
  const to = ['--to', receiver.address, '--state-dir', state, '--json']
  const refused = longshore('send', file, ...to, '--fingerprint', identity.fingerprint, '--token-file', tokenFile)
  expect(await refused.ended()).toBe(1)
  expect(await refused.event('failed')).toMatchObject({ reason: 'NOT_PAIRED' })
  expect(refused.errors()).toContain(`others can read ${tokenFile}; chmod 600`)
  expect(receiver.seen.at(-1)).toEqual({ method: 'GetReceiverInfo', authorization: `Bearer ${token}` })
  chmodSync(tokenFile, 0o600)
  const there = await openUp(receiver)
  const env = { LONGSHORE_TOKEN_FILE: tokenFile }
  const sent = longshoreUnder({ env }, 'send', file, ...to, '--fingerprint', identity.fingerprint.toUpperCase())
  expect(await sent.ended(), sent.errors()).toBe(0)
  expect(sent.errors()).toBe('')
  expect(existsSync(join(there, 'a.bin'))).toBe(true)
  const { fingerprint } = await makeIdentity()
  const stranger = longshore('send', file, ...to, '--fingerprint', fingerprint, '--token-file', tokenFile)
  expect(await stranger.ended()).toBe(1)
  expect(await stranger.event('failed')).toMatchObject({ reason: 'IDENTITY_CHANGED', path: file })
  expect(existsSync(join(state, RECEIVERS))).toBe(false)
})

test('with --ca the name in the certificate decides, and selftest goes the same ways', async () => {
  const [state, here] = [tempDir(), tempDir()]
  const identity = await makeIdentity({ hosts: ['localhost'] })
  const there = tempDir()
  const receiver = await withReceiver(there)
  const front = await startTlsFront(identity, () => receiver.port)
  const authority = join(here, 'ca.pem')
  writeFileSync(authority, identity.certificatePem)
  const file = join(here, 'a.bin')
  makeFile(file, 10)
  const to = ['--to', `localhost:${front.port}`, '--state-dir', state, '--json']
  const untrusted = longshore('send', file, ...to, '--ca', 'system')
  expect(await untrusted.ended()).toBe(1)
  expect(await untrusted.event('failed')).toMatchObject({ reason: 'NOT_TRUSTED' })
  const trusted = longshore('send', file, ...to, '--ca', authority)
  expect(await trusted.ended(), trusted.errors()).toBe(0)
  const look = longshore('selftest', ...to, '--plaintext')
  expect(await look.ended()).toBe(1)
  expect(look.lines[0]).toContain('asks for encryption')
  const stranger = longshore('selftest', ...to, '--fingerprint', (await makeIdentity()).fingerprint)
  expect(await stranger.ended()).toBe(1)
  expect(stranger.lines[0]).toContain('not the receiver that was paired')
})

test.each([
  [['--plaintext', '--fingerprint', 'x'], /--plaintext goes with none of/],
  [['--ca', 'system', '--fingerprint', 'x'], /exclude each other/],
  [['--fingerprint', 'sha256:12'], /--fingerprint takes sha256: and 64 hexadecimal digits, got “sha256:12”/],
  [['--ca', '/nowhere.pem'], /--ca: cannot read \/nowhere\.pem \(ENOENT\)/],
  [['--token-file', '/nowhere'], /the token file: cannot read \/nowhere/],
  [['--token-file', '/dev/null'], /\/dev\/null does not hold a token/],
  [[], /not paired with “box:50051”: run longshore pair box:50051 first, or add --plaintext/],
])('trust, %j, that cannot be is status 2 and a sentence', async (args, sentence) => {
  const run = longshore('send', 'a.bin', '--to', 'box:50051', '--state-dir', tempDir(), ...(args as string[]))
  expect(await run.ended()).toBe(2)
  expect(run.errors()).toMatch(sentence as RegExp)
  expect(run.lines).toEqual([])
})
