import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { formatPairingLink } from '../../proto/pairing.ts'
import { UploadError } from '../engine/base/errors.ts'
import type { Paired } from '../engine/net/pair.ts'
import type { Probe } from '../engine/net/probe.ts'
import { madePairing, openKnown } from '../testing/open-receivers.ts'
import { createReceiverCommands } from './receiver-commands.ts'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'receiver-commands-'))
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

const CODE = '7F3K9QWD2M8XC4TB'

/** The commands on real known receivers, in a network where one thing answers, whatever the address. */
async function commandsWith(answers: Paired | 'plaintext' | 'not-a-receiver' | UploadError) {
  const chosen: string[] = []
  const asked: unknown[] = []
  const network = { answers, busy: 0 }
  const receivers = await openKnown(directory, [])
  const commands = createReceiverCommands({
    receivers,
    deviceName: 'laptop',
    choose: (id) => chosen.push(id),
    onWelcome: () => undefined,
    async probe(): Promise<Probe> {
      if (network.answers instanceof UploadError) throw network.answers
      if (typeof network.answers === 'string') return { kind: network.answers }
      return { kind: 'tls', certificateDer: Buffer.alloc(0), fingerprint: network.answers.fingerprint }
    },
    async pair(link, { name, tokenFrom }) {
      asked.push([link, name, tokenFrom(link.fingerprint ?? expect.unreachable())])
      if (network.busy-- > 0) throw new UploadError('BUSY', 'It is busy.')
      if (link.code !== CODE || typeof network.answers === 'string' || network.answers instanceof UploadError)
        throw new UploadError('WRONG_CODE', 'The code is wrong.')
      return network.answers
    },
  })
  return { commands, receivers, chosen, asked, network }
}

test('an unknown receiver is asked for its code, by its fingerprint, and is chosen once it is paired', async () => {
  const nas = await madePairing('NAS')
  const { commands, receivers, chosen, asked } = await commandsWith(nas)
  const { fingerprint } = nas
  expect(await commands.beginReceiver(' NAS ')).toEqual({ kind: 'needs-code', address: 'nas:50051', fingerprint })
  expect([chosen, receivers.list()]).toEqual([[], []])
  expect(await commands.pairReceiver('nas:50051', fingerprint, '7f3k-9qwd-2m8x-c4tb')).toMatchObject({ kind: 'chosen' })
  expect(asked).toEqual([[{ address: 'nas:50051', fingerprint, code: CODE }, 'laptop', undefined]])
  expect(receivers.list()).toMatchObject([{ id: chosen[0], name: 'NAS', address: 'nas:50051' }])
})

test('a link fills in what it knows, and is taken where a code is asked for', async () => {
  const nas = await madePairing('NAS')
  const { commands } = await commandsWith(nas)
  const { fingerprint } = nas
  const link = formatPairingLink({ address: '10.0.0.7:1', fingerprint, code: CODE, name: 'Attic' })
  const offer = { kind: 'needs-code', address: '10.0.0.7:1', fingerprint, name: 'Attic', code: CODE }
  expect(await commands.beginReceiver(link)).toEqual(offer)
  expect(await commands.pairReceiver('10.0.0.7:1', fingerprint, ` ${link}\n`)).toMatchObject({ kind: 'chosen' })
})

test('a link to another receiver than the one that answers is a stop', async () => {
  const [nas, other] = [await madePairing('NAS'), await madePairing('Other')]
  const { commands, receivers, asked } = await commandsWith(other)
  const link = formatPairingLink({ address: 'nas:1', fingerprint: nas.fingerprint, code: CODE })
  const stop = { kind: 'other-identity', address: 'nas:1', expected: nas.fingerprint, presented: other.fingerprint }
  expect(await commands.beginReceiver(link)).toEqual(stop)
  expect(await commands.pairReceiver('nas:1', other.fingerprint, link)).toMatchObject({ reason: 'OTHER_LINK' })
  expect([asked, receivers.list()]).toEqual([[], []])
})

test('[H3] a known address where another one answers is a stop, with both fingerprints, and changes nothing', async () => {
  const [nas, other] = [await madePairing('NAS'), await madePairing('Other')]
  const { commands, receivers, network, chosen } = await commandsWith(nas)
  const { id } = await receivers.keepPaired('nas:50051', nas)
  network.answers = other
  const [expected, presented] = [nas.fingerprint, other.fingerprint]
  const stop = { kind: 'other-identity', address: 'nas:50051', expected, presented, known: id }
  expect(await commands.beginReceiver('nas')).toEqual(stop)
  expect(receivers.list()).toMatchObject([
    { id, fingerprint: expected, standing: { kind: 'identity-changed', presented } },
  ])
  network.answers = 'plaintext'
  const open = { kind: 'other-identity', address: 'nas:50051', expected, known: id }
  expect(await commands.beginReceiver('nas')).toEqual(open)
  expect(await commands.addPlaintextReceiver('nas:50051')).toEqual(open)
  expect(chosen).toEqual([])
})

test('a link that promised encryption never leads to a receiver without', async () => {
  const nas = await madePairing('NAS')
  const { commands } = await commandsWith('plaintext')
  const link = formatPairingLink({ address: 'nas:1', fingerprint: nas.fingerprint })
  expect(await commands.beginReceiver(link)).toEqual({
    kind: 'other-identity',
    address: 'nas:1',
    expected: nas.fingerprint,
  })
})

test('a receiver that is known is chosen at once, also at another address', async () => {
  const nas = await madePairing('NAS')
  const { commands, receivers, chosen } = await commandsWith(nas)
  const { id } = await receivers.keepPaired('nas:50051', nas)
  expect(await commands.beginReceiver('10.0.0.7')).toEqual({ kind: 'chosen', id })
  expect(receivers.list()).toMatchObject([{ id, address: '10.0.0.7:50051' }])
  expect(chosen).toEqual([id])
})

test('one that has forgotten this computer is to be paired again', async () => {
  const nas = await madePairing('NAS')
  const { commands, receivers } = await commandsWith(nas)
  const { id } = await receivers.keepPaired('nas:50051', nas)
  receivers.report(id, { kind: 'not-paired' })
  expect(await commands.beginReceiver('nas')).toMatchObject({ kind: 'needs-code', name: 'NAS' })
})

test('[H2] one that has forgotten this computer is shown the token that it gave before, and no other receiver is', async () => {
  const [nas, other] = [await madePairing('NAS'), await madePairing('Other')]
  const { commands, receivers, asked, network } = await commandsWith(nas)
  const { id } = await receivers.keepPaired('nas:50051', nas)
  receivers.report(id, { kind: 'not-paired' })
  await commands.pairReceiver('nas:50051', nas.fingerprint, CODE)
  network.answers = other
  await commands.pairReceiver('nas:50051', other.fingerprint, CODE)
  expect(asked.map((pairing) => (pairing as unknown[])[2])).toEqual([nas.token, undefined])
})

test('one without encryption is used only when a person decided so', async () => {
  const { commands, receivers, chosen } = await commandsWith('plaintext')
  expect(await commands.beginReceiver('old-nas')).toEqual({ kind: 'not-encrypted', address: 'old-nas:50051' })
  expect([receivers.list(), chosen]).toEqual([[], []])
  expect(await commands.addPlaintextReceiver('old-nas:50051')).toEqual({ kind: 'chosen', id: 'old-nas:50051' })
  expect(await commands.beginReceiver('old-nas')).toEqual({ kind: 'chosen', id: 'old-nas:50051' })
})

test('one that encrypts is never used without', async () => {
  const nas = await madePairing('NAS')
  const { commands, receivers } = await commandsWith(nas)
  expect(await commands.addPlaintextReceiver('nas:50051')).toMatchObject({ kind: 'needs-code' })
  expect(receivers.list()).toEqual([])
})

test('what does not come about is answered with its reason', async () => {
  const nas = await madePairing('NAS')
  const { commands, network } = await commandsWith(nas)
  const pairing = (typed: string) => commands.pairReceiver('nas:1', nas.fingerprint, typed)
  expect(await pairing('0000-0000-0000-0000')).toEqual({
    kind: 'refused',
    reason: 'WRONG_CODE',
    message: 'The code is wrong.',
  })
  expect(await pairing('1234')).toMatchObject({ reason: 'NOT_A_CODE' })
  expect(await pairing('longshore://nas:1/')).toMatchObject({ reason: 'NOT_A_CODE' })
  network.answers = 'not-a-receiver'
  expect(await commands.beginReceiver('nas')).toMatchObject({ reason: 'NOT_A_RECEIVER' })
  network.answers = new UploadError('UNREACHABLE', 'It cannot be reached.')
  expect(await commands.beginReceiver('nas')).toMatchObject({ reason: 'UNREACHABLE' })
})

test('a code that is corrected quickly is not refused for coming too soon', async () => {
  const nas = await madePairing('NAS')
  const { commands, network } = await commandsWith(nas)
  network.busy = 1
  expect(await commands.pairReceiver('nas:1', nas.fingerprint, CODE)).toMatchObject({ kind: 'chosen' })
  network.busy = 2
  expect(await commands.pairReceiver('nas:1', nas.fingerprint, CODE)).toMatchObject({ reason: 'BUSY' })
})

test.each(['http://nas', 'longshore://nas', 'longshore://nas:1/?code=12', 'this-computer', ''])(
  '%j is refused with a sentence',
  async (typed) => {
    const { commands } = await commandsWith('plaintext')
    expect(await commands.beginReceiver(typed)).toMatchObject({ kind: 'refused', reason: 'NOT_AN_ADDRESS' })
  },
)
