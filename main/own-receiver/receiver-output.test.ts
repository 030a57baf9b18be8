import { expect, test } from 'vitest'
import type { LocalReceiver } from '../contract/receivers.ts'
import { isForPeople, loopbackAddress, nextReceiverState, readReceiverLine } from './receiver-output.ts'

const starting: LocalReceiver = { kind: 'starting', directory: '/in' }
const on: LocalReceiver = {
  kind: 'on',
  directory: '/in',
  address: '127.0.0.1:50051',
  filesReceived: 2,
  incoming: [],
  devices: [],
}

test('the lines a receiver prints are read, all others passed over', () => {
  expect(readReceiverLine('{"event":"listening","host":"127.0.0.1","port":50051,"tls":false}')).toEqual({
    kind: 'listening',
    host: '127.0.0.1',
    port: 50051,
  })
  expect(readReceiverLine('{"event":"stored","name":"a","bytes":1,"md5":"00"}')).toEqual({ kind: 'stored' })
  const others = [
    '',
    'Listening…',
    'null',
    '7',
    '{}',
    '{"event":"listening"}',
    '{"event":"listening","host":1,"port":"x"}',
  ]
  for (const line of others) expect(readReceiverLine(line)).toBeUndefined()
})

test('who the receiver is, its codes and its devices are read; what is damaged in them is passed over', () => {
  const fingerprint = `sha256:${'ab'.repeat(32)}`
  const pairLink = `longshore://192.168.1.20:50051/?code=7F3K9QWD2M8XC4TB&fingerprint=${fingerprint}`
  const listening = readReceiverLine(
    JSON.stringify({ event: 'listening', host: '0.0.0.0', port: 50051, tls: true, fingerprint, pairLink }),
  )
  expect(listening).toEqual({ kind: 'listening', host: '0.0.0.0', port: 50051, fingerprint, pairLink })
  if (listening?.kind !== 'listening') return expect.unreachable()
  const here = nextReceiverState(starting, listening)
  expect(here).toMatchObject({ kind: 'on', address: '192.168.1.20:50051', fingerprint, devices: [] })
  expect(here, 'a code that nobody asked for is not shown').not.toHaveProperty('invitation')
  expect(loopbackAddress(listening)).toBe('127.0.0.1:50051')
  const invitation = readReceiverLine(JSON.stringify({ event: 'invitation', pairLink, expiresAtMs: 7 }))
  expect(invitation).toEqual({
    kind: 'invitation',
    invitation: { link: pairLink, code: '7F3K-9QWD-2M8X-C4TB', expiresAtMs: 7 },
  })
  expect(readReceiverLine('{"event":"invitation"}')).toEqual({ kind: 'invitation' })
  expect(readReceiverLine('{"event":"admitted","id":"d"}')).toEqual({ kind: 'admitted', id: 'd' })
  expect(readReceiverLine('{"event":"admitted","id":7}')).toBeUndefined()
  expect(nextReceiverState(here, { kind: 'admitted', id: 'd' })).toBe(here)
  expect(readReceiverLine('{"event":"invitation","pairLink":"http://x","expiresAtMs":7}')).toBeUndefined()
  const devices = [{ id: 'd', name: 'Phone', pairedAtMs: 5 }, { id: 7 }, null, { id: 'e', name: 'Tablet' }]
  expect(readReceiverLine(JSON.stringify({ event: 'devices', devices }))).toEqual({
    kind: 'devices',
    devices: [devices[0], devices[3]],
  })
})

test('an invitation is shown until it is over, and its end changes nothing when there was none', () => {
  const invitation = { link: 'l', code: 'c', expiresAtMs: 7 }
  const invited = nextReceiverState(on, { kind: 'invitation', invitation })
  expect(invited).toEqual({ ...on, invitation })
  expect(nextReceiverState(invited, { kind: 'invitation' })).toEqual(on)
  expect(nextReceiverState(on, { kind: 'invitation' })).toBe(on)
})

test('what is arriving is taken over as far as it can be understood, and only by a receiver that is on', () => {
  const film = { id: 'a', path: 'Films/a.mov', bytes: 10, bytesStored: 4, device: 'd' }
  const files = [film, { ...film, bytes: '10' }, null]
  const event = readReceiverLine(JSON.stringify({ event: 'incoming', files }))
  expect(event).toEqual({ kind: 'incoming', files: [film] })
  expect(event && nextReceiverState(on, event)).toEqual({ ...on, incoming: [film] })
  const off: LocalReceiver = { kind: 'off', directory: '/in' }
  expect(event && nextReceiverState(off, event)).toBe(off)
})

test('of a crash report only the error itself is for people', () => {
  const report = [
    'node:internal/modules/cjs/loader:1228',
    '  throw err;',
    '  ^',
    '',
    'Error: Cannot find module index.js',
    '    at Module._load (node:internal/modules/cjs/loader:1228:15)',
    "  code: 'MODULE_NOT_FOUND',",
    '}',
    'Node.js v20.20.2',
  ]
  expect(report.filter(isForPeople)).toEqual(['Error: Cannot find module index.js'])
})

test('a receiver that listens is on, under the address it told', () => {
  const listening = { kind: 'listening', host: '127.0.0.1', port: 50051 } as const
  expect(nextReceiverState(starting, listening)).toEqual({ ...on, filesReceived: 0 })
  expect(nextReceiverState(starting, { ...listening, host: '::1' })).toMatchObject({ address: '[::1]:50051' })
})

test('each stored file counts', () => {
  expect(nextReceiverState(on, { kind: 'stored' })).toEqual({ ...on, filesReceived: 3 })
})

test('a word from a receiver that is no longer wanted changes nothing', () => {
  const off: LocalReceiver = { kind: 'off', directory: '/in' }
  expect(nextReceiverState(off, { kind: 'stored' })).toBe(off)
  expect(nextReceiverState(off, { kind: 'listening', host: '127.0.0.1', port: 1 })).toBe(off)
})

test('giving up keeps the folder and says why', () => {
  expect(nextReceiverState(starting, { kind: 'gave-up', message: 'No space.' })).toEqual({
    kind: 'failed',
    directory: '/in',
    message: 'No space.',
  })
})
