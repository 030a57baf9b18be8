import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Metadata } from '@grpc/grpc-js'
import { expect, onTestFinished, test, vi } from 'vitest'
import { deviceGate } from '../access/auth.ts'
import { sandbox } from '../fixtures/receiving.ts'
import { addDevice, devicesFolderOf, keepDevice, readDevices, revokeDevice } from './device.ts'
import { Devices } from './devices.ts'

async function opened(state: string, onUnexpected: (error: unknown) => void = unexpected): Promise<Devices> {
  const devices = await Devices.open(state, Date.now, onUnexpected)
  onTestFinished(() => devices.close())
  return devices
}

const unexpected = (error: unknown) => expect.unreachable(String(error))
const laptop = { name: 'laptop', mayOverwrite: true }

test('devices that another process adds and revokes are noticed, also many within one tick of the clock', async () => {
  const state = await sandbox()
  const devices = await opened(state)
  for (let turn = 0; turn < 20; turn++) {
    const { device } = await addDevice(state, laptop, 0)
    await devices.look()
    expect(devices.find(device.id)).toEqual(device)
    await revokeDevice(state, device.id)
    await devices.look()
    expect(devices.find(device.id)).toBeUndefined()
  }
})

test('a file that says anything else than it should grants nothing, and no other device suffers', async () => {
  const state = await sandbox()
  const { device } = await addDevice(state, { ...laptop, folder: ['a'], quotaBytes: 5 }, 0)
  const spoiled = [
    '',
    'null',
    '{"id"',
    JSON.stringify({ ...device, tokenDigest: '' }),
    JSON.stringify({ ...device, folder: ['..'] }),
    JSON.stringify({ ...device, folder: [] }),
    JSON.stringify({ ...device, folder: '.longshore' }),
    JSON.stringify({ ...device, folder: undefined }),
    JSON.stringify({ ...device, mayOverwrite: 'yes' }),
    JSON.stringify({ ...device, expiresAtMs: 'never' }),
    // Under the name of another device.
    JSON.stringify({ ...device, id: '0'.repeat(16) }),
  ]
  for (const [index, text] of spoiled.entries()) {
    const id = String(index).padStart(16, 'f')
    await writeFile(join(devicesFolderOf(state), `${id}.json`), text.replace(device.id, id))
  }
  await writeFile(join(devicesFolderOf(state), 'notes.txt'), 'not a device')
  const damage: string[] = []
  expect(await readDevices(state, ({ message }) => damage.push(message))).toEqual([device])
  expect(damage).toHaveLength(spoiled.length)
})

test('a crowd that shows tokens which nobody has makes for one look in half a second, and who has a new one is seen with it', async () => {
  const state = await sandbox()
  const devices = await opened(state)
  const look = vi.spyOn(devices, 'look')
  const startedAtMs = performance.now()
  await Promise.all(Array.from({ length: 1000 }, () => devices.lookForStrangers()))
  const { device } = await addDevice(state, laptop, 0)
  await Promise.all(Array.from({ length: 1000 }, () => devices.lookForStrangers()))
  expect(devices.find(device.id)).toEqual(device)
  // Beside those that are made in any case.
  const usual = Math.ceil((performance.now() - startedAtMs) / 500)
  expect(look.mock.calls.length - usual).toBeLessThanOrEqual(2)
})

test('a token whose form is wrong, and one that was refused before, are refused without a look', async () => {
  const state = await sandbox()
  const devices = await opened(state)
  const gate = deviceGate(devices)
  const look = vi.spyOn(devices, 'lookForStrangers')
  const show = (...tokens: string[]) => {
    const metadata = new Metadata()
    for (const token of tokens) metadata.add('authorization', token)
    return gate(metadata, { address: '', isOpen: false, vouchedFor: undefined })
  }
  const { token } = await addDevice(await sandbox(), laptop, 0)
  const wrong = [['nonsense'], [token], [`Bearer ${token}x`], [`Bearer ${token.slice(1)}`], [`Bearer ${token}`, token]]
  for (const tokens of wrong) await expect(show(...tokens)).rejects.toThrow('pair it first')
  expect(look).not.toHaveBeenCalled()
  for (let times = 0; times < 3; times++) await expect(show(`Bearer ${token}`)).rejects.toThrow('pair it first')
  expect(look).toHaveBeenCalledOnce()
  const { token: right } = await addDevice(state, laptop, 0)
  expect((await show(`Bearer ${right}`)).caller.kind).toBe('device')
})

test('a time that is shortened or made longer counts for calls that are under way', async () => {
  const state = await sandbox()
  const devices = await opened(state)
  const gate = deviceGate(devices)
  const { device, token } = await addDevice(state, { ...laptop, expiresAtMs: Date.now() + 60_000 }, 0)
  const metadata = new Metadata()
  metadata.set('authorization', `Bearer ${token}`)
  const admitted = await gate(metadata, { address: '', isOpen: false, vouchedFor: undefined })
  await keepDevice(state, { ...device, expiresAtMs: Date.now() - 1 })
  await devices.lookAgain()
  expect(() => admitted.mustBeValid()).toThrow('is over')
  await keepDevice(state, { ...device, expiresAtMs: Date.now() + 120_000 })
  await devices.lookAgain()
  expect(() => admitted.mustBeValid()).not.toThrow()
})

test('only the id of a device can be revoked, and nothing that leads elsewhere', async () => {
  const state = await sandbox()
  await writeFile(join(state, 'pairing.json'), '')
  await addDevice(state, laptop, 0)
  for (const id of ['../pairing', '', '*', '0'.repeat(16)]) expect(await revokeDevice(state, id)).toBe(false)
  expect(await readDevices(state, unexpected)).toHaveLength(1)
})

test('a call is cut when its device was given another token since, and the device goes on with the new one', async () => {
  const state = await sandbox()
  const devices = await opened(state)
  const { device } = await addDevice(state, laptop, 0)
  await devices.lookAgain()
  const cut: string[] = []
  const leave = devices.enter(device, () => cut.push('old'))
  const renewed = { ...device, tokenDigest: 'cd'.repeat(32) }
  await keepDevice(state, renewed)
  await devices.lookAgain()
  devices.enter(renewed, () => cut.push('new'))
  await devices.lookAgain()
  leave()
  expect(new Set(cut)).toEqual(new Set(['old']))
})

test('a change that is made while the devices are looked at is there after the next look', async () => {
  const state = await sandbox()
  const devices = await opened(state)
  for (let turn = 0; turn < 20; turn++) {
    const under = devices.look()
    const { device } = await addDevice(state, laptop, 0)
    await devices.lookAgain()
    expect(devices.find(device.id)).toEqual(device)
    await under
  }
})
