import { expect, test } from 'vitest'
import { startTlsFront } from '../../../test/support/net/tls-front.ts'
import { makeIdentity } from '../../../test/support/net/tls-identity.ts'
import { PAIRING_CODE, startPairingReceiver } from '../../../test/support/pairing-receiver.ts'
import { tempDir } from '../../../test/support/temp-dir.ts'
import { withReceiver } from '../../../test/support/with-receiver.ts'
import { connect } from './connection.ts'
import { pair } from './pair.ts'

const never = new AbortController().signal
const code = PAIRING_CODE
const laptop = { name: 'Laptop', tokenFrom: () => undefined }

test('who knows the code gets a token, and is let in with it over the pinned certificate', async () => {
  const identity = await makeIdentity()
  const receiver = await startPairingReceiver(identity)
  const { address } = receiver
  const { fingerprint } = identity
  const paired = await pair({ address, code, fingerprint }, laptop, never)
  expect(paired).toEqual({
    certificatePem: expect.stringContaining('BEGIN CERTIFICATE'),
    fingerprint,
    token: [...receiver.tokens][0],
    deviceId: 'device-1',
    receiverName: 'Living room',
    receiverId: 'ab'.repeat(16),
  })
  expect(receiver.devices).toEqual(['Laptop'])
  const { certificatePem, token } = paired
  const connection = connect({ address, security: { kind: 'pinned', certificatePem, token } }, 1)
  expect(await connection.introduce(never)).toBe('longshore')
  connection.close()
  expect(receiver.seen.map(({ method }) => method)).toEqual(['StartPairing', 'FinishPairing', 'GetReceiverInfo'])
})

test('a code that is not the receiver’s is noticed before anything about it is said', async () => {
  const receiver = await startPairingReceiver(await makeIdentity())
  const wrong = { address: receiver.address, code: code.replace('7', '8') }
  await expect(pair(wrong, laptop, never)).rejects.toMatchObject({ reason: 'WRONG_CODE', remedy: 'stop' })
  expect(receiver.seen.map(({ method }) => method)).toEqual(['StartPairing'])
})

test('the token of an earlier pairing is shown to the receiver that gave it, once it has proved that it knows the code', async () => {
  const identity = await makeIdentity()
  const askedFor: string[] = []
  const again = {
    name: 'Laptop',
    tokenFrom(fingerprint: string) {
      askedFor.push(fingerprint)
      return fingerprint === identity.fingerprint ? 'former.token' : undefined
    },
  }
  const receiver = await startPairingReceiver(identity)
  const { address } = receiver
  await expect(pair({ address, code: code.replace('7', '8') }, again, never)).rejects.toThrow()
  expect(askedFor).toEqual([])
  await pair({ address, code }, again, never)
  expect(askedFor).toEqual([identity.fingerprint])
  expect(receiver.formerTokens).toEqual(['former.token'])
})

test('[H6] a relay between device and receiver gets no proof and no token', async () => {
  const real = await makeIdentity()
  // It passes on every word, but has to show a certificate of its own.
  const relayed = await startPairingReceiver(await makeIdentity(), { presents: real })
  await expect(pair({ address: relayed.address, code }, laptop, never)).rejects.toMatchObject({
    reason: 'WRONG_CODE',
  })
  expect(relayed.seen.map(({ method }) => method)).toEqual(['StartPairing'])
  expect(relayed.tokens.size).toBe(0)
})

test('a link with another fingerprint stops before a single word', async () => {
  const [expected, found] = [await makeIdentity(), await makeIdentity()]
  const receiver = await startPairingReceiver(found)
  const link = { address: receiver.address, code, fingerprint: expected.fingerprint }
  await expect(pair(link, laptop, never)).rejects.toMatchObject({
    reason: 'IDENTITY_CHANGED',
    message: expect.stringContaining(found.fingerprint),
  })
  expect(receiver.bytesUnderstood()).toBe(0)
})

test('a code that was used, a receiver without encryption and one that pairs with nobody each have their sentence', async () => {
  const receiver = await startPairingReceiver(await makeIdentity())
  await pair({ address: receiver.address, code }, laptop, never)
  const inTheOpen = await withReceiver(tempDir())
  const withoutPairing = await startTlsFront(await makeIdentity(), () => inTheOpen.port)
  const reasonAt = (address: string) => pair({ address, code }, laptop, never).catch(({ reason }) => reason)
  expect(await reasonAt(receiver.address)).toBe('PAIRING_CLOSED')
  expect(await reasonAt(inTheOpen.address)).toBe('NOT_ENCRYPTED')
  expect(await reasonAt(withoutPairing.address)).toBe('PAIRING_CLOSED')
  expect(await reasonAt('127.0.0.1:1')).toBe('UNREACHABLE')
})

test.each(['', 'x'.repeat(65)])('“%s” is no name for a device', async (name) => {
  await expect(pair({ address: '127.0.0.1:1', code }, { ...laptop, name }, never)).rejects.toThrow('1 to 64 characters')
})
