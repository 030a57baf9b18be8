import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { KnownReceiver } from '../contract/receivers.ts'
import { backwardsSafe, madePairing, openKnown } from '../testing/open-receivers.ts'

let directory: string
let told: string[]
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'receivers-'))
  told = []
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

const fileText = () => readFileSync(join(directory, 'receivers.json'), 'utf8')

test('a receiver that was paired is there in the next run, with its way and its token', async () => {
  const paired = await madePairing('NAS')
  const receivers = await openKnown(directory, told)
  const { id } = await receivers.keepPaired('nas:50051', paired)
  receivers.flush()
  const again = await openKnown(directory, told)
  const { fingerprint, certificatePem, token } = paired
  expect(again.list()).toEqual([{ id, name: 'NAS', address: 'nas:50051', fingerprint, standing: { kind: 'good' } }])
  expect(again.routeTo(id)).toEqual({ address: 'nas:50051', security: { kind: 'pinned', certificatePem, token } })
  expect(told).toEqual([])
})

test('no token is in the file, in what the window is told, or open to others', async () => {
  const shown: (readonly KnownReceiver[])[] = []
  const receivers = await openKnown(directory, told, backwardsSafe(), shown)
  await receivers.keepPaired('nas:50051', await madePairing('NAS'))
  receivers.flush()
  expect(fileText()).toContain('SAN-rof-nekot')
  expect(`${fileText()}${JSON.stringify([receivers.list(), shown])}`).not.toContain('token-for')
  expect(statSync(join(directory, 'receivers.json')).mode & 0o777).toBe(0o600)
})

test('where the system has no key store the person is told so, once and for all', async () => {
  const receivers = await openKnown(directory, told, backwardsSafe({ locked: false }))
  await receivers.keepPaired('nas:50051', await madePairing('NAS'))
  await receivers.keepPaired('box:50051', await madePairing('Box'))
  expect(told).toEqual([expect.stringContaining('no key store')])
  receivers.flush()
  const again = await openKnown(directory, told, backwardsSafe({ locked: false }))
  await again.keepPaired('attic:50051', await madePairing('Attic'))
  expect(told).toHaveLength(1)
})

test('a token that cannot be read any more leaves its receiver pinned, but to be paired again', async () => {
  const receivers = await openKnown(directory, told)
  const { id } = await receivers.keepPaired('nas:50051', await madePairing('NAS'))
  receivers.flush()
  const again = await openKnown(directory, told, { ...backwardsSafe(), unseal: async () => undefined })
  expect(again.list()).toMatchObject([{ id, standing: { kind: 'not-paired' } }])
  expect(again.routeTo(id).security).toMatchObject({ kind: 'pinned' })
  expect(again.routeTo(id).security).not.toHaveProperty('token')
})

test('a token that cannot be kept serves until the app closes', async () => {
  const receivers = await openKnown(directory, told, { ...backwardsSafe(), seal: async () => undefined })
  const paired = await madePairing('NAS')
  const { id } = await receivers.keepPaired('nas:50051', paired)
  expect(receivers.routeTo(id).security).toMatchObject({ token: paired.token })
  expect(told).toEqual([expect.stringContaining('refused to keep the key')])
  receivers.flush()
  expect((await openKnown(directory, told)).list()).toMatchObject([{ id, standing: { kind: 'not-paired' } }])
})

test('pairing again keeps the receiver that has this certificate, with the name it was given here', async () => {
  const receivers = await openKnown(directory, told)
  const paired = await madePairing('NAS')
  const { id } = await receivers.keepPaired('nas:50051', paired)
  receivers.rename(id, '  My\n NAS ')
  receivers.report(id, { kind: 'not-paired' })
  await receivers.keepPaired('10.0.0.7:50051', { ...paired, token: 'newer' })
  expect(receivers.list()).toMatchObject([
    { id, name: 'My NAS', address: '10.0.0.7:50051', standing: { kind: 'good' } },
  ])
  expect(receivers.routeTo(id).security).toMatchObject({ token: 'newer' })
})

test('another certificate at the same address is another receiver, and the pin of the first stays', async () => {
  const receivers = await openKnown(directory, told)
  const [first, second] = [await madePairing('NAS'), await madePairing('Other')]
  const one = await receivers.keepPaired('nas:50051', first)
  const two = await receivers.keepPaired('nas:50051', second)
  expect(two.id).not.toBe(one.id)
  expect(receivers.routeTo(one.id).security).toMatchObject({ certificatePem: first.certificatePem, token: first.token })
})

test('a receiver that was used without encryption and is paired now keeps its uploads, encrypted', async () => {
  const receivers = await openKnown(directory, told)
  expect(receivers.keepPlaintext('nas:50051').id).toBe('nas:50051')
  expect(receivers.routeTo('nas:50051')).toEqual({ address: 'nas:50051', security: { kind: 'plaintext' } })
  await receivers.keepPaired('nas:50051', await madePairing('NAS'))
  expect(receivers.routeTo('nas:50051').security.kind).toBe('pinned')
  receivers.keepPlaintext('nas:50051')
  expect(receivers.routeTo('nas:50051').security.kind, 'and never goes back by itself').toBe('pinned')
})

test('a successor takes the place of the pinned certificate, and the token stays', async () => {
  const receivers = await openKnown(directory, told)
  const [before, after] = [await madePairing('NAS'), await madePairing('NAS')]
  const { id } = await receivers.keepPaired('nas:50051', before)
  receivers.succeed(id, after.certificatePem)
  expect(receivers.list()).toMatchObject([{ id, fingerprint: after.fingerprint }])
  expect(receivers.routeTo(id).security).toMatchObject({ certificatePem: after.certificatePem, token: before.token })
})

test('a receiver that was forgotten has no way to it, and nothing of it stays in the file', async () => {
  const receivers = await openKnown(directory, told)
  const { id } = await receivers.keepPaired('nas:50051', await madePairing('NAS'))
  receivers.forget(id)
  receivers.flush()
  expect(() => receivers.routeTo(id)).toThrow('was forgotten')
  expect(JSON.parse(fileText()).receivers).toEqual([])
})

test('the receiver inside the app is kept, but is not one that the window lists', async () => {
  const receivers = await openKnown(directory, told, backwardsSafe({ locked: false }))
  const { id } = await receivers.keepPaired('127.0.0.1:50051', await madePairing('Desk'), true)
  expect(receivers.list()).toEqual([])
  expect(receivers.find((receiver) => receiver.own?.deviceId === 'd1')?.id).toBe(id)
  expect(told, 'its key opens nothing but this computer').toEqual([])
})

test('what is seen of a receiver is shown, once each time it changes', async () => {
  const shown: (readonly KnownReceiver[])[] = []
  const receivers = await openKnown(directory, told, backwardsSafe(), shown)
  const { id } = await receivers.keepPaired('nas:50051', await madePairing('NAS'))
  shown.length = 0
  receivers.report(id, { kind: 'identity-changed', presented: 'sha256:00' })
  receivers.report(id, { kind: 'identity-changed', presented: 'sha256:00' })
  receivers.report('unknown', { kind: 'not-paired' })
  expect(shown).toMatchObject([[{ standing: { kind: 'identity-changed', presented: 'sha256:00' } }]])
})

test('[G7] a damaged entry is set aside and told, and the others stay', async () => {
  const receivers = await openKnown(directory, told)
  await receivers.keepPaired('nas:50051', await madePairing('NAS'))
  receivers.keepPlaintext('box:50051')
  receivers.flush()
  const kept = JSON.parse(fileText())
  kept.receivers[0].security.certificatePem = 'half a certificate'
  writeFileSync(join(directory, 'receivers.json'), JSON.stringify(kept))
  const again = await openKnown(directory, told)
  expect(again.list()).toMatchObject([{ id: 'box:50051' }])
  expect(told).toEqual([expect.stringContaining('Parts of the known receivers could not be read')])
  expect(readdirSync(directory).some((name) => name.startsWith('receivers.corrupt-'))).toBe(true)
})

test.each([
  ['no object', 7],
  ['no id', { name: 'n', address: 'a:1', security: { kind: 'plaintext' } }],
  ['an address that is none', { id: 'i', name: 'n', address: 'http://a', security: { kind: 'plaintext' } }],
  ['no protection', { id: 'i', name: 'n', address: 'a:1' }],
  ['an unknown protection', { id: 'i', name: 'n', address: 'a:1', security: { kind: 'none' } }],
  ['a name of nothing', { id: 'i', name: ' \u0007', address: 'a:1', security: { kind: 'plaintext' } }],
])('an entry with %s is passed over, not fallen over', async (_what, entry) => {
  writeFileSync(join(directory, 'receivers.json'), JSON.stringify({ receivers: [entry], version: 1 }))
  expect((await openKnown(directory, told)).list()).toEqual([])
  expect(told).toHaveLength(1)
})
