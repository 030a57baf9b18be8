import { EventEmitter } from 'node:events'
import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import type { IncomingFile } from '../proto/own-receiver.ts'
import { readPairingLink } from '../proto/pairing.ts'
import { hexDigestOfToken, newDeviceId, newToken } from '../proto/token.ts'
import { isInvited, withdrawInvite } from './access/pairing.ts'
import { takeCommands } from './commands-in.ts'
import { addDevice, readDevices } from './devices/device.ts'
import { saveListening } from './devices/listening.ts'
import { asked } from './fixtures/client.ts'
import { sandbox } from './fixtures/receiving.ts'
import { secured } from './fixtures/secured.ts'

const fingerprint = `sha256:${'ab'.repeat(32)}` as const

async function receiver(
  within?: string,
  onDevicesChanged = async () => {},
  incoming: () => readonly IncomingFile[] = () => [],
) {
  const stateDirectory = within ?? (await sandbox())
  await saveListening(stateDirectory, { address: '192.168.1.20:50051', fingerprint, name: 'Desk', pid: process.pid })
  const source = new EventEmitter()
  const lines: Record<string, unknown>[] = []
  const stop = takeCommands({
    source,
    stateDirectory,
    onDevicesChanged,
    incoming,
    line: (event) => lines.push({ ...event }),
    onTrouble: (error) => lines.push({ error }),
  })
  onTestFinished(stop)
  const say = (data: unknown) => source.emit('message', { data })
  const until = (check: () => void | Promise<void>) => vi.waitFor(check, { timeout: 8_000, interval: 20 })
  return { stateDirectory, lines, say, until }
}

test('a code is made when it is asked for, and told when it is void', async () => {
  const { stateDirectory, lines, say, until } = await receiver()
  say({ command: 'invite' })
  await until(() => expect(lines).toHaveLength(1))
  const link = readPairingLink(String(lines[0]?.pairLink))
  expect(link).toMatchObject({ address: '192.168.1.20:50051', fingerprint, name: 'Desk' })
  expect(Number(lines[0]?.expiresAtMs)).toBeGreaterThan(Date.now())
  expect(await isInvited(stateDirectory, Date.now())).toBe(true)
  await withdrawInvite(stateDirectory)
  await until(() => expect(lines.slice(1)).toEqual([{ event: 'invitation' }]))
})

test('devices are told when they are asked for, again when one comes, and without one that was revoked', async () => {
  const { stateDirectory, lines, say, until } = await receiver()
  say({ command: 'devices' })
  await until(() => expect(lines).toEqual([{ event: 'devices', devices: [] }]))
  const { device } = await addDevice(stateDirectory, { name: 'Phone', mayOverwrite: true }, 5)
  const known = { event: 'devices', devices: [{ id: device.id, name: 'Phone', pairedAtMs: 5 }] }
  await until(() => expect(lines.slice(1)).toEqual([known]))
  say({ command: 'revoke', id: device.id })
  await until(() => expect(lines.slice(2)).toEqual([{ event: 'devices', devices: [] }]))
  expect(await readDevices(stateDirectory, () => expect.unreachable())).toEqual([])
})

test('what is arriving is told to who asked for it, each time it changed', async () => {
  let arriving: IncomingFile[] = []
  const { lines, say, until } = await receiver(
    undefined,
    async () => {},
    () => arriving,
  )
  const film = { id: 'a', path: 'Films/a.mov', bytes: 10, bytesStored: 4 }
  arriving = [film]
  say({ command: 'incoming' })
  await until(() => expect(lines).toEqual([{ event: 'incoming', files: [film] }]))
  arriving = []
  await until(() => expect(lines.slice(1)).toEqual([{ event: 'incoming', files: [] }]))
})

test('no token, and no digest of one, is told', async () => {
  const { stateDirectory, lines, say, until } = await receiver()
  const { device, token } = await addDevice(stateDirectory, { name: 'Phone', mayOverwrite: true }, 5)
  say({ command: 'devices' })
  await until(() => expect(lines).toHaveLength(1))
  expect(JSON.stringify(lines)).not.toContain(token)
  expect(JSON.stringify(lines)).not.toContain(device.tokenDigest)
})

test('what is no command is passed over, and revoking names nothing but devices', async () => {
  const { lines, say, until } = await receiver()
  for (const data of [
    null,
    'invite',
    7,
    {},
    { command: 'rm' },
    { command: 'revoke', id: '../../receiver' },
    { command: 'revoke' },
  ])
    say(data)
  say({ command: 'devices' })
  await until(() => expect(lines).toEqual([{ event: 'devices', devices: [] }]))
})

test('the program that runs a receiver is let in by a digest of its token, at once, and again after it was revoked', async () => {
  const desk = await secured()
  const { lines, say, until } = await receiver(desk.stateDirectory, desk.receiver.lookAtDevices)
  const id = newDeviceId()
  for (const turn of [1, 2]) {
    const token = newToken(id)
    say({ command: 'admit', id, name: 'desk', tokenDigest: hexDigestOfToken(token) })
    await until(() => expect(lines).toHaveLength(turn))
    expect(lines.at(-1)).toEqual({ event: 'admitted', id })
    const client = await desk.clientWith(token)
    const access = () => asked((done) => client.getReceiverInfo({}, done))
    expect(await access()).toMatchObject({ access: 'PAIRED' })
    say({ command: 'revoke', id })
    await until(async () => expect(await access()).toMatchObject({ access: 'PAIRING_NEEDED' }))
  }
})

test('a device that cannot be kept is answered with a sentence', async () => {
  const { stateDirectory, lines, say, until } = await receiver()
  await writeFile(join(stateDirectory, 'devices'), 'where the folder ought to be')
  const id = newDeviceId()
  say({ command: 'admit', id, name: 'desk', tokenDigest: 'ab'.repeat(32) })
  await until(() => expect(lines).toEqual([{ event: 'admitted', id, message: expect.stringMatching(/\.$/) }]))
})

test.each([
  [{ id: '../../pairing' }],
  [{ id: 7 }],
  [{ name: '' }],
  [{ name: 'x'.repeat(65) }],
  [{ tokenDigest: 'ab' }],
  [{ tokenDigest: undefined }],
])('%j lets nobody in', async (wrong) => {
  const { stateDirectory, lines, say, until } = await receiver()
  say({ command: 'admit', id: newDeviceId(), name: 'desk', tokenDigest: 'ab'.repeat(32), ...wrong })
  say({ command: 'devices' })
  await until(() => expect(lines).toEqual([{ event: 'devices', devices: [] }]))
  expect(await readdir(stateDirectory)).not.toContain('devices')
})
