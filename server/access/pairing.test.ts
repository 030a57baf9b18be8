// @module-tag slow

import { readdir, readFile, writeFile } from 'node:fs/promises'
import type { AddressInfo, Socket } from 'node:net'
import { join } from 'node:path'
import { connect as connectTls, createServer, type TLSSocket } from 'node:tls'
import { expect, onTestFinished, test } from 'vitest'
import { readPairingLink } from '../../proto/pairing.ts'
import { readOrMakeIdentity } from '../devices/identity.ts'
import { asked, begin, refusalOf, source } from '../fixtures/client.ts'
import { sandbox } from '../fixtures/receiving.ts'
import { pairingWith, type Secured, secured } from '../fixtures/secured.ts'
import { invite } from './pairing.ts'

const CLOSED = 'FAILED_PRECONDITION PAIRING_CLOSED'
const WRONG = 'UNAUTHENTICATED WRONG_CODE'
const OTHER_CODE = '0'.repeat(16)

function codeOf({ receiver }: Secured): string {
  return readPairingLink(receiver.invitation?.link ?? '')?.code ?? expect.unreachable('There is no code.')
}

/** An address may begin to pair once a second. */
async function startedAgain(start: () => Promise<unknown>) {
  for (;;) {
    const outcome = await refusalOf(start())
    if (outcome !== 'RESOURCE_EXHAUSTED BUSY') return outcome
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
}

test('a device pairs with the code, and the receiver has proved itself before the device does', async () => {
  const attic = await secured()
  const link = readPairingLink(attic.receiver.invitation?.link ?? '')
  expect(link).toMatchObject({ address: `127.0.0.1:${attic.receiver.port}`, name: 'attic' })
  const pairing = await pairingWith(attic.receiver.port)
  expect(link?.fingerprint).toBe(pairing.fingerprint)

  const started = await pairing.start()
  expect(pairing.isReceiver(started, OTHER_CODE)).toBe(false)
  expect(pairing.isReceiver(started, codeOf(attic))).toBe(true)
  const paired = await pairing.finish(started, codeOf(attic), 'Ada’s laptop')

  const client = await attic.clientWith(paired.token)
  const { id } = await asked<{ id: string }>((done) => client.getReceiverInfo({}, done))
  expect(paired).toMatchObject({ receiverName: 'attic', receiverId: id })
  expect(paired.token.startsWith(`${paired.deviceId}.`)).toBe(true)
  expect(await refusalOf(begin(client, source('a', Buffer.from('abc'))))).toBe('OK')
  const kept = await readFile(join(attic.stateDirectory, 'devices', `${paired.deviceId}.json`), 'utf8')
  expect(JSON.parse(kept)).toMatchObject({ name: 'Ada’s laptop', mayOverwrite: true })
})

test('a code is good for one device', async () => {
  const attic = await secured()
  const code = codeOf(attic)
  const pairing = await pairingWith(attic.receiver.port)
  const started = await pairing.start()
  // Both at once, and once more.
  const outcomes = [pairing.finish(started, code), pairing.finish(started, code)].map((finish) => refusalOf(finish))
  expect((await Promise.all(outcomes)).sort()).toEqual([CLOSED, 'OK'])
  expect(await startedAgain(pairing.start)).toBe(CLOSED)
  expect(await readdir(join(attic.stateDirectory, 'devices'))).toHaveLength(1)
})

test('[H7] five wrong codes close pairing, also for the right one, until there is a new code', async () => {
  const attic = await secured()
  const pairing = await pairingWith(attic.receiver.port)
  const makeTry = async (code: string) => {
    let started: Awaited<ReturnType<typeof pairing.start>> | undefined
    const outcome = await startedAgain(async () => {
      started = await pairing.start()
    })
    return started ? refusalOf(pairing.finish(started, code)) : outcome
  }
  for (let tries = 0; tries < 5; tries++) expect(await makeTry(OTHER_CODE)).toBe(WRONG)
  expect(await makeTry(codeOf(attic))).toBe(CLOSED)

  const { code } = await invite(attic.stateDirectory, Date.now())
  expect(await makeTry(code)).toBe('OK')
})

test('[H7] an address begins to pair once a second, however often it tries, and one attempt is worth one proof', async () => {
  const attic = await secured()
  const pairing = await pairingWith(attic.receiver.port)
  const first = await pairing.start()
  const startedAtMs = performance.now()
  const outcomes = new Map<string, number>()
  for (let tries = 0; tries < 200; tries++) {
    const outcome = await refusalOf(pairing.start())
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
  }
  const seconds = (performance.now() - startedAtMs) / 1000
  expect(outcomes.get('OK') ?? 0).toBeLessThanOrEqual(Math.ceil(seconds))
  expect((outcomes.get('OK') ?? 0) + (outcomes.get('RESOURCE_EXHAUSTED BUSY') ?? 0)).toBe(200)

  expect(await refusalOf(pairing.finish(first, OTHER_CODE))).toBe(WRONG)
  for (let tries = 0; tries < 20; tries++) expect(await refusalOf(pairing.finish(first, codeOf(attic)))).toBe(CLOSED)
})

test('a code is worth nothing after ten minutes, after a restart, and once another one was made', async () => {
  let nowMs = Date.now()
  const within = await sandbox()
  const attic = await secured(within, { now: () => nowMs })
  const pairing = await pairingWith(attic.receiver.port)
  const started = await pairing.start()
  await invite(attic.stateDirectory, nowMs)
  expect(await refusalOf(pairing.finish(started, codeOf(attic)))).toBe(CLOSED)

  nowMs += 600_000
  expect(await startedAgain(pairing.start)).toBe(CLOSED)
  await attic.receiver.close()
  expect(await readdir(attic.stateDirectory)).not.toContain('pairing.json')
  const again = await secured(within)
  expect(codeOf(again)).not.toBe(codeOf(attic))
})

test('a name that no list could show is refused before it costs a try', async () => {
  const attic = await secured()
  const pairing = await pairingWith(attic.receiver.port)
  const started = await pairing.start()
  for (const name of ['', '  ', 'x'.repeat(65)]) {
    expect(await refusalOf(pairing.finish(started, codeOf(attic), name))).toBe('INVALID_ARGUMENT BAD_NAME')
  }
  expect(await refusalOf(pairing.finish(started, codeOf(attic), 'x'.repeat(64)))).toBe('OK')
})

test('without encryption, or where nobody is asked, nobody can pair', async () => {
  const open = await secured(undefined, { asksForTokens: false })
  expect(open.receiver.invitation).toBeUndefined()
  expect(await refusalOf((await pairingWith(open.receiver.port)).start())).toBe(CLOSED)
  expect(await readdir(open.stateDirectory)).not.toContain('pairing.json')
})

test('[H6] a relay with a certificate of its own is found out by the device and gets no token, whatever it does', async () => {
  const attic = await secured()
  const relayed = await relayTo(attic.receiver.port)
  const pairing = await pairingWith(relayed.port)

  const started = await pairing.start()

  // The device sees another certificate than the receiver presents, so it stops here.
  expect(pairing.isReceiver(started, codeOf(attic))).toBe(false)
  // And one that went on all the same would prove itself for the relay's certificate only.
  expect(await refusalOf(pairing.finish(started, codeOf(attic)))).toBe(WRONG)
  expect(relayed.bytes()).toBeGreaterThan(0)
  expect(await readdir(attic.stateDirectory)).not.toContain('devices')
})

test('a file with the code that somebody spoiled closes pairing', async () => {
  const attic = await secured()
  await writeFile(join(attic.stateDirectory, 'pairing.json'), '{"code": "1234", "expiresAtMs": 9e15, "wrongTries": 0}')
  expect(await refusalOf((await pairingWith(attic.receiver.port)).start())).toBe(CLOSED)
})

/** Somebody in between who decrypts with a certificate of their own and encrypts again towards the receiver. */
async function relayTo(port: number): Promise<{ port: number; bytes(): number }> {
  const { certificatePem, keyPem } = await readOrMakeIdentity(await sandbox())
  const sockets: Socket[] = []
  let bytes = 0
  const server = createServer({ cert: certificatePem, key: keyPem, ALPNProtocols: ['h2'] }, (device: TLSSocket) => {
    const receiver = connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false, ALPNProtocols: ['h2'] })
    for (const socket of [device, receiver]) socket.on('error', () => 'the other end of the test has gone')
    device.on('data', (data) => {
      bytes += data.length
    })
    device.pipe(receiver).pipe(device)
    sockets.push(device, receiver)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return { port: (server.address() as AddressInfo).port, bytes: () => bytes }
}
