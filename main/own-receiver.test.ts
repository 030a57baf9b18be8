import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { newPairingCode } from '../proto/pairing.ts'
import type { Paired } from './engine/pair.ts'
import { createOwnReceiver, routesOf } from './own-receiver.ts'
import type { ListeningEvent, ReceiverEvent } from './receiver-output.ts'
import { madePairing, openKnown } from './testing/open-receivers.ts'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'own-receiver-'))
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

/** An app whose receiver takes only the code that it gave last. */
async function appWith(identity: Paired) {
  const said: unknown[] = []
  const told: string[] = []
  const receivers = await openKnown(directory, [])
  let ready = 0
  let open: string | undefined
  const link = () => {
    open = newPairingCode()
    return `longshore://192.168.1.20:50051/?code=${open}`
  }
  const own = createOwnReceiver({
    receivers,
    deviceName: 'desk',
    say: (command) => said.push(command),
    onReady: () => ready++,
    notify: (message) => told.push(message),
    async pair({ code, address, fingerprint }) {
      expect([address, fingerprint]).toEqual(['127.0.0.1:50051', identity.fingerprint])
      if (code !== open) throw new Error('The code is wrong.')
      open = undefined
      return { ...identity, token: `token ${said.length}` }
    },
  })
  const listening = (pairLink: string): ListeningEvent => ({
    kind: 'listening',
    host: '0.0.0.0',
    port: 50051,
    fingerprint: identity.fingerprint,
    pairLink,
  })
  const invitation = (): ReceiverEvent => ({
    kind: 'invitation',
    invitation: { link: link(), code: '', expiresAtMs: 1 },
  })
  return { own, receivers, said, told, link, listening, invitation, readyTimes: () => ready }
}

test('the app pairs with its own receiver by itself, and next time knows it', async () => {
  const desk = await madePairing('Desk')
  const { own, receivers, link, listening, readyTimes, said } = await appWith(desk)
  expect(own.route()).toBeUndefined()
  own.listening(listening(link()))
  await vi.waitFor(() => expect(readyTimes()).toBe(1))
  expect(routesOf(own, receivers)('this-computer')).toEqual({
    address: '127.0.0.1:50051',
    security: { kind: 'pinned', certificatePem: desk.certificatePem, token: expect.any(String) },
  })
  own.filter({ kind: 'starting', directory })
  expect(own.route()).toBeUndefined()
  own.listening(listening(link()))
  expect(readyTimes(), 'without any pairing').toBe(2)
  expect(said).not.toContainEqual({ command: 'invite' })
})

test('a receiver that does not know the app any more is asked for a code, which nobody else sees', async () => {
  const { own, receivers, link, listening, invitation, readyTimes, said } = await appWith(await madePairing('Desk'))
  own.listening(listening(link()))
  await vi.waitFor(() => expect(readyTimes()).toBe(1))
  own.refused()
  expect(said).toContainEqual({ command: 'invite' })
  expect(own.route()).toBeUndefined()
  expect(own.filter(invitation())).toBeUndefined()
  await vi.waitFor(() => expect(readyTimes()).toBe(2))
  expect(receivers.find(({ own }) => own !== undefined)).toBeDefined()
  const forOthers = invitation()
  expect(own.filter(forOthers)).toBe(forOthers)
})

test('codes that do not work are given up, with a sentence', async () => {
  const { own, listening, link, told, said } = await appWith(await madePairing('Desk'))
  own.listening(listening(link().replace(/code=.*/, 'code=0000000000000000')))
  const wrong: ReceiverEvent = {
    kind: 'invitation',
    invitation: { link: 'longshore://a:1/?code=0000000000000000', code: '', expiresAtMs: 1 },
  }
  const invites = () => said.filter((command) => JSON.stringify(command).includes('invite')).length
  for (const asked of [1, 2]) {
    await vi.waitFor(() => expect(invites()).toBe(asked), { timeout: 8_000 })
    own.filter(wrong)
  }
  await vi.waitFor(() => expect(told).toEqual([expect.stringContaining('could not pair with its own receiver')]))
  expect(own.route()).toBeUndefined()
})

test('this app is not listed among the devices that may send to it', async () => {
  const { own, link, listening, readyTimes } = await appWith(await madePairing('Desk', { deviceId: 'mine' }))
  own.listening(listening(link()))
  await vi.waitFor(() => expect(readyTimes()).toBe(1))
  const devices = [
    { id: 'mine', name: 'desk' },
    { id: 'd2', name: 'Phone' },
  ]
  expect(own.filter({ kind: 'devices', devices })).toEqual({ kind: 'devices', devices: [{ id: 'd2', name: 'Phone' }] })
})

test('a receiver without encryption needs no pairing', async () => {
  const { own, readyTimes } = await appWith(await madePairing('Desk'))
  own.listening({ kind: 'listening', host: '::', port: 7 })
  expect(own.route()).toEqual({ address: '127.0.0.1:7', security: { kind: 'plaintext' } })
  expect(readyTimes()).toBe(1)
})
