import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { CHUNK_BYTES } from '../../proto/limits.ts'
import { readPairingLink } from '../../proto/pairing.ts'
import { type JsonLine, longshore, longshoreReceive } from '../support/longshore-process.ts'
import { makeFile, md5OfFile } from '../support/made-file.ts'
import { startProxy } from '../support/net/proxy.ts'
import { tempDir } from '../support/temp-dir.ts'

/** A receiver as it comes, encrypted and asking for a token, on loopback. */
const receive = (directory: string, port = 0) => longshoreReceive(directory, { access: 'pairing', port })

/** Runs a command to its end, which has to be a good one; answers its first line, read as JSON. */
async function succeeded(...args: string[]): Promise<JsonLine> {
  const run = longshore(...args, '--json')
  expect(await run.ended(), run.errors()).toBe(0)
  return JSON.parse(run.lines[0] ?? '{}')
}

/** Pairs with what listens at a port, by the code of a link. */
async function pairAt(port: number, pairLink: unknown, state: string): Promise<void> {
  const run = longshore('pair', `127.0.0.1:${port}`, '--name', 'attic', '--state-dir', state)
  run.child.stdin.end(`${readPairingLink(String(pairLink))?.code}\n`)
  expect(await run.ended(), run.errors()).toBe(0)
}

test('pair, send, change the certificate of the receiver, and send on without pairing again', async () => {
  const [here, there, state] = [tempDir(), tempDir(), tempDir()]
  const file = join(here, 'a.bin')
  const md5 = makeFile(file, 3 * CHUNK_BYTES + 1)
  const before = await receive(there)
  const port = Number(before.listening.port)
  await pairAt(port, before.listening.pairLink, state)
  const send = () => longshore('send', file, '--to', 'attic', '--conflict', 'overwrite', '--state-dir', state, '--json')
  expect(await send().ended()).toBe(0)
  expect(md5OfFile(join(there, 'a.bin'))).toBe(md5)

  await succeeded('devices', 'rotate-identity', '--dir', there)
  before.child.kill('SIGTERM')
  expect(await before.ended()).toBe(0)
  const after = await receive(there, port)
  expect(after.listening.fingerprint).not.toBe(before.listening.fingerprint)
  const followed = send()
  expect(await followed.ended(), followed.errors()).toBe(0)
  expect(followed.errors()).toBe('')
  const list = longshore('pair', '--list', '--state-dir', state)
  expect(await list.ended()).toBe(0)
  expect(list.lines).toEqual([`attic  127.0.0.1:${port}  ${after.listening.fingerprint}`])
})

test('[H3] another receiver at the same address gets nothing, whatever it says about itself', async () => {
  const [here, there, elsewhere, state] = [tempDir(), tempDir(), tempDir(), tempDir()]
  const file = join(here, 'a.bin')
  makeFile(file, 10)
  const real = await receive(there)
  const port = Number(real.listening.port)
  await pairAt(port, real.listening.pairLink, state)
  real.child.kill('SIGTERM')
  await real.ended()
  const other = await receive(elsewhere, port)
  const send = longshore('send', file, '--to', 'attic', '--state-dir', state, '--json')
  expect(await send.ended()).toBe(1)
  const { reason, message } = await send.event('failed')
  expect(reason).toBe('IDENTITY_CHANGED')
  for (const { listening } of [real, other]) expect(message).toContain(listening.fingerprint)
  expect(readdirSync(elsewhere).filter((name) => !name.startsWith('.'))).toEqual([])
})

test('a device that is revoked in the middle of an upload stops, and sends the file when it is paired again', async () => {
  const [here, there, state] = [tempDir(), tempDir(), tempDir()]
  const file = join(here, 'film.mov')
  const size = 40 * CHUNK_BYTES
  const md5 = makeFile(file, size)
  const receiver = await receive(there)
  const proxy = await startProxy(() => Number(receiver.listening.port))
  await pairAt(proxy.port, receiver.listening.pairLink, state)
  const device = await succeeded('devices', 'list', '--dir', there)
  proxy.holdAfter(size / 2)
  const send = () => longshore('send', file, '--to', 'attic', '--state-dir', state, '--json')
  const first = send()
  await first.event('progress', (line) => Number(line.bytesStored) >= size / 4)
  await succeeded('devices', 'revoke', String(device.id), '--dir', there)
  // The receiver looks for changes about every second; what is held until then cannot arrive before.
  expect(await first.event('failed')).toMatchObject({
    reason: 'NOT_PAIRED',
    message: expect.stringContaining('Pair them again'),
  })
  proxy.release()
  expect(await first.ended()).toBe(1)
  const { pairLink } = await succeeded('devices', 'invite', '--dir', there)
  await pairAt(proxy.port, pairLink, state)
  const second = send()
  expect(await second.ended(), second.errors()).toBe(0)
  expect(await second.event('done')).toMatchObject({ md5, verified: true })
})

test('a token that was made for a program is let in, from a file, by the fingerprint', async () => {
  const [here, there, state] = [tempDir(), tempDir(), tempDir()]
  const file = join(here, 'a.bin')
  makeFile(file, 10)
  const { listening } = await receive(there)
  const made = longshore('token', 'create', '--name', 'ci', '--dir', there)
  expect(await made.ended(), made.errors()).toBe(0)
  writeFileSync(join(here, 'token'), `${made.lines[0]}\n`, { mode: 0o600 })
  const trust = ['--fingerprint', String(listening.fingerprint), '--token-file', join(here, 'token')]
  const to = ['--to', `127.0.0.1:${listening.port}`, '--state-dir', state]
  const send = longshore('send', file, ...to, ...trust)
  expect(await send.ended(), send.errors()).toBe(0)
  expect(readdirSync(there)).toContain('a.bin')
})
