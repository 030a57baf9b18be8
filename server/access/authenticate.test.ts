import { randomBytes } from 'node:crypto'
import { Metadata } from '@grpc/grpc-js'
import { expect, onTestFinished, test } from 'vitest'
import type { Caller } from '../calls/caller.ts'
import { addDevice, revokeDevice } from '../devices/device.ts'
import { Devices } from '../devices/devices.ts'
import type { KnownDevice } from '../devices/known-device.ts'
import { asked, begin, refusalOf, source } from '../fixtures/client.ts'
import { receiving, sandbox } from '../fixtures/receiving.ts'
import type { ReceiverConfig } from '../settings/config.ts'
import { customGate, deviceGate } from './auth.ts'
import type { Credentials } from './authenticate.ts'

const camera: KnownDevice = { id: 'camera-1', name: 'The camera', mayOverwrite: false }

async function receiverWith(config: Partial<ReceiverConfig>) {
  const trouble: string[] = []
  const onUnexpected = (error: unknown) => void trouble.push((error as Error).message)
  const { client } = await receiving(undefined, { onUnexpected, ...config })
  return { client, trouble }
}

const unexpected = (error: unknown) => expect.unreachable(String(error))

const bearer = (token: string) => {
  const metadata = new Metadata()
  metadata.set('authorization', `Bearer ${token}`)
  return metadata
}

test('somebody else decides who a caller is: those it knows own what they begin, others are refused but may ask what this is', async () => {
  const seen: Credentials[] = []
  const { client } = await receiverWith({
    async authenticate(credentials) {
      seen.push(credentials)
      return credentials.token === 'open sesame' ? camera : undefined
    },
  })
  const request = { uploadKey: 'k'.repeat(16), path: ['a.bin'], size: 10 }

  expect(await refusalOf(begin(client, source('a.bin', randomBytes(10))))).toBe('UNAUTHENTICATED NO_TOKEN')
  expect(await asked((done) => client.getReceiverInfo({}, done))).toMatchObject({ access: 'PAIRING_NEEDED' })
  expect(await asked((done) => client.beginUpload(request, bearer('open sesame'), done))).toMatchObject({ stored: [] })
  expect(seen.map(({ token }) => token)).toEqual([undefined, undefined, 'open sesame'])
  expect(seen.every(({ address }) => address === '127.0.0.1')).toBe(true)
})

test.each([
  ['throws', () => Promise.reject(new Error('The directory does not answer.')), 'The directory does not answer.'],
  [
    'answers with an id that could be a path',
    async () => ({ ...camera, id: '../other' }),
    'authenticate answered with the id "../other"; expected 1 to 64 of [A-Za-z0-9_-].',
  ],
])('when it %s, the call is refused without a word of why, and that is reported', async (_, authenticate, reported) => {
  const { client, trouble } = await receiverWith({ authenticate })
  expect(await refusalOf(begin(client, source('a.bin', randomBytes(10))))).toBe('INTERNAL INTERNAL')
  expect(trouble).toEqual([reported])
})

test('tokens of devices and somebody else who decides are not had together', async () => {
  await expect(receiverWith({ asksForTokens: true, authenticate: async () => camera })).rejects.toMatchObject({
    code: 'BAD_FLAGS',
    message: 'Either devices are paired or `authenticate` decides, not both.',
  })
})

test('a call that another node has let in is not asked about again, and one of nobody is not let in where somebody is asked for', async () => {
  const asked = (vouchedFor: Caller | undefined) =>
    customGate(async () => undefined, unexpected)(new Metadata(), {
      address: '127.0.0.1',
      isOpen: false,
      vouchedFor,
    })
  expect(await asked({ kind: 'device', device: camera })).toMatchObject({ caller: { kind: 'device', device: camera } })
  for (const nobody of [undefined, { kind: 'anyone' }, { kind: 'stranger' }] as const)
    await expect(asked(nobody)).rejects.toMatchObject({ code: 'NO_TOKEN' })
})

test('a device that another node has let in has the rights that this node knows, and none when it is revoked', async () => {
  const stateDirectory = await sandbox()
  const { device } = await addDevice(stateDirectory, { name: 'camera', mayOverwrite: false }, Date.now())
  const devices = await Devices.open(stateDirectory, Date.now, unexpected)
  onTestFinished(() => devices.close())
  const asked = (vouchedFor: Caller) =>
    deviceGate(devices)(new Metadata(), { address: '127.0.0.1', isOpen: false, vouchedFor })
  const told: Caller = { kind: 'device', device: { ...camera, id: device.id, mayOverwrite: true } }
  expect(await asked(told)).toMatchObject({ caller: { device: { mayOverwrite: false } } })
  await revokeDevice(stateDirectory, device.id)
  await devices.lookAgain()
  await expect(asked(told)).rejects.toMatchObject({ code: 'NO_TOKEN' })
  await expect(asked({ kind: 'anyone' })).rejects.toMatchObject({ code: 'NO_TOKEN' })
})
