import { X509Certificate } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { ReceiverCommand } from '../../proto/own-receiver.ts'
import { deviceIdIn, hexDigestOfToken } from '../../proto/token.ts'
import type { Paired } from '../engine/net/pair.ts'
import { madePairing, openKnown } from '../testing/open-receivers.ts'
import { createOwnReceiver, routesOf } from './own-receiver.ts'
import type { ListeningEvent, ReceiverEvent } from './receiver-output.ts'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'own-receiver-'))
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

type Admit = Extract<ReceiverCommand, { command: 'admit' }>

/** An app and the receiver that it runs, which presents `presented`. */
async function appWith(identity: Paired, presented = identity) {
  const said: ReceiverCommand[] = []
  const told: string[] = []
  const receivers = await openKnown(directory, [])
  let ready = 0
  const own = createOwnReceiver({
    receivers,
    deviceName: 'desk',
    say: (command) => said.push(command),
    notify: (message) => told.push(message),
    async probe(address) {
      expect(address).toBe('127.0.0.1:50051')
      const { fingerprint, certificatePem } = presented
      return { kind: 'tls', fingerprint, certificateDer: new X509Certificate(certificatePem).raw }
    },
  })
  own.onReady(() => ready++)
  const listening: ListeningEvent = {
    kind: 'listening',
    host: '0.0.0.0',
    port: 50051,
    fingerprint: identity.fingerprint,
    pairLink: 'longshore://192.168.1.20:50051/?code=0000000000000000',
  }
  const asked = () => said.filter((command): command is Admit => command.command === 'admit')
  const lastAsked = () => asked().at(-1) ?? expect.unreachable('The app did not ask.')
  const answer = (message?: string): ReceiverEvent => ({
    kind: 'admitted',
    id: lastAsked().id,
    ...(message !== undefined && { message }),
  })
  const tokenNow = () => {
    const security = own.route()?.security
    return security?.kind === 'pinned' ? security.token : undefined
  }
  return { own, receivers, said, told, listening, asked, lastAsked, answer, tokenNow, readyTimes: () => ready }
}

test('the app becomes a device of its own receiver by itself, and next time is one', async () => {
  const desk = await madePairing('Desk')
  const { own, receivers, listening, asked, lastAsked, answer, tokenNow, readyTimes } = await appWith(desk)
  expect(own.route()).toBeUndefined()
  own.listening(listening)
  expect(own.route()).toBeUndefined()
  expect(own.filter(answer()), 'an answer that only this app waits for').toBeUndefined()
  await vi.waitFor(() => expect(readyTimes()).toBe(1))
  const { certificatePem } = desk
  expect(routesOf(own, receivers)('this-computer')).toMatchObject({
    address: '127.0.0.1:50051',
    security: { kind: 'pinned', certificatePem: new X509Certificate(certificatePem).toString() },
  })
  const token = tokenNow() ?? ''
  expect(deviceIdIn(token)).toBe(lastAsked().id)
  expect(hexDigestOfToken(token)).toBe(lastAsked().tokenDigest)
  own.filter({ kind: 'starting', directory })
  expect(own.route()).toBeUndefined()
  own.listening(listening)
  expect(readyTimes(), 'without asking').toBe(2)
  expect(asked()).toHaveLength(1)
})

test('the token goes nowhere, and pairing codes are for other devices', async () => {
  const { own, listening, answer, said, tokenNow } = await appWith(await madePairing('Desk'))
  own.listening(listening)
  own.filter(answer())
  await vi.waitFor(() => expect(own.route()).toBeDefined())
  const [, secret = ''] = tokenNow()?.split('.') ?? []
  expect(secret).not.toBe('')
  expect(JSON.stringify(said)).not.toContain(secret)
  expect(said).not.toContainEqual({ command: 'invite' })
  const forOthers: ReceiverEvent = { kind: 'invitation', invitation: { link: 'l', code: 'c', expiresAtMs: 1 } }
  expect(own.filter(forOthers)).toBe(forOthers)
})

test('[H2] a receiver that does not know the app any more takes it as the same device, with another token', async () => {
  const { own, listening, asked, answer, tokenNow, readyTimes } = await appWith(await madePairing('Desk'))
  own.listening(listening)
  own.filter(answer())
  await vi.waitFor(() => expect(readyTimes()).toBe(1))
  const before = tokenNow()
  own.refused()
  own.refused()
  expect(own.route()).toBeUndefined()
  own.filter(answer())
  await vi.waitFor(() => expect(readyTimes()).toBe(2))
  expect(asked()).toHaveLength(2)
  expect(new Set(asked().map(({ id }) => id)).size).toBe(1)
  expect(tokenNow()).not.toBe(before)
})

test('an answer to what was asked of a receiver that has ended since opens no way', async () => {
  const { own, listening, answer, readyTimes } = await appWith(await madePairing('Desk'))
  own.listening(listening)
  own.filter(answer())
  own.filter({ kind: 'stopped', directory })
  own.filter(answer())
  await new Promise(setImmediate)
  expect(own.route()).toBeUndefined()
  expect(readyTimes()).toBe(0)
})

test('a receiver that could not keep the app is told in a sentence, and so is another program on its port', async () => {
  const desk = await madePairing('Desk')
  const full = await appWith(desk)
  full.own.listening(full.listening)
  full.own.filter(full.answer('The disk is full.'))
  await vi.waitFor(() => expect(full.told).toEqual(['This app cannot send to its own receiver: The disk is full.']))
  const taken = await appWith(desk, await madePairing('Other'))
  taken.own.listening(taken.listening)
  taken.own.filter(taken.answer())
  await vi.waitFor(() => expect(taken.told).toEqual([expect.stringContaining('something else listens')]))
  expect([full.own.route(), taken.own.route()]).toEqual([undefined, undefined])
})

test('this app is not listed among the devices that may send to it', async () => {
  const { own, listening, lastAsked, answer, readyTimes } = await appWith(await madePairing('Desk'))
  own.listening(listening)
  const phone = { id: 'd2', name: 'Phone' }
  const told = (): ReceiverEvent => ({ kind: 'devices', devices: [{ id: lastAsked().id, name: 'desk' }, phone] })
  expect(own.filter(told()), 'before the app knows that it was taken').toEqual({ kind: 'devices', devices: [phone] })
  own.filter(answer())
  await vi.waitFor(() => expect(readyTimes()).toBe(1))
  expect(own.filter(told())).toEqual({ kind: 'devices', devices: [phone] })
})

test('a receiver without encryption needs no token', async () => {
  const { own, readyTimes } = await appWith(await madePairing('Desk'))
  own.listening({ kind: 'listening', host: '::', port: 7 })
  expect(own.route()).toEqual({ address: '127.0.0.1:7', security: { kind: 'plaintext' } })
  expect(readyTimes()).toBe(1)
})
