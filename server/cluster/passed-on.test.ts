import { expect, test } from 'vitest'
import type { Caller } from '../calls/caller.ts'
import { addressIn, isNodeAddress, toNodeText } from './node-address.ts'
import { toNodeSecret } from './node-secret.ts'
import { PassedOnCheck, sealed, uploadIn } from './passed-on.ts'

const secret = toNodeSecret(Buffer.alloc(32, 1))
const strange = toNodeSecret(Buffer.alloc(32, 2))
const device = { id: '0123456789abcdef', name: 'camera', mayOverwrite: false, folder: ['a'], tokenDigest: 'a digest' }
const caller: Caller = { kind: 'device', device }
const what = { path: '/s/BeginUpload', upload: uploadIn({ uploadKey: 'key' }), to: '10.0.0.2:50051' }
const NOW = 1_800_000_000_000

function checkAt(nowMs = NOW, address = what.to): PassedOnCheck {
  return new PassedOnCheck(secret, address, () => nowMs)
}

test('a node is told who calls and what for, and nothing that lets anybody in', () => {
  const text = sealed(secret, caller, what, NOW)
  const { tokenDigest, ...known } = device
  expect(checkAt().passed(text, what.path)).toEqual({
    caller: { kind: 'device', device: known },
    upload: what.upload,
  })
  expect(Buffer.from(text.split('.')[0] ?? '', 'base64url').toString()).not.toContain(tokenDigest)
  const anyone = sealed(secret, { kind: 'anyone' }, what, NOW)
  expect(checkAt().passed(anyone, what.path)?.caller).toEqual({ kind: 'anyone' })
})

test('what no node wrote, or one wrote for another call or another node, says nothing', () => {
  const text = sealed(secret, caller, what, NOW)
  const [body = '', mac = ''] = text.split('.')
  const other = Buffer.from(
    Buffer.from(body, 'base64url').toString().replace('0123456789abcdef', 'fedcba9876543210'),
  ).toString('base64url')
  for (const forged of ['', '1', '.', body, `${other}.${mac}`, sealed(strange, caller, what, NOW)])
    expect(checkAt().passed(forged, what.path)).toBeUndefined()
  expect(checkAt().passed(text, '/s/AbortUpload')).toBeUndefined()
  expect(checkAt(NOW, '10.0.0.3:50051').passed(text, what.path)).toBeUndefined()
})

test('it is good once, and for a minute by clocks that differ', () => {
  const check = checkAt()
  const text = sealed(secret, caller, what, NOW)
  expect(check.passed(text, what.path)).toBeDefined()
  expect(check.passed(text, what.path)).toBeUndefined()
  const at = (atMs: number) => checkAt().passed(sealed(secret, caller, what, atMs), what.path)
  for (const atMs of [NOW - 60_000, NOW + 60_000]) expect(at(atMs)).toBeDefined()
  for (const atMs of [NOW - 60_001, NOW + 60_001, Number.NaN]) expect(at(atMs)).toBeUndefined()
})

test('it stays used for as long as it could be shown again', () => {
  let nowMs = NOW
  const check = new PassedOnCheck(secret, what.to, () => nowMs)
  const early = sealed(secret, caller, what, NOW + 59_000)
  expect(check.passed(early, what.path)).toBeDefined()
  nowMs += 118_000
  check.passed(sealed(secret, caller, what, nowMs), what.path)
  expect(check.passed(early, what.path)).toBeUndefined()
})

test('a node is where it says that it is only when a node of this receiver said so of itself', () => {
  const told = toNodeText({ secret, address: '10.0.0.2:50051', certificatePem: undefined }, 'node')
  expect(addressIn(told, 'node', secret)).toBe('10.0.0.2:50051')
  expect(addressIn(told, 'other', secret)).toBeUndefined()
  expect(addressIn(told.replace('10.0.0.2', '10.0.0.9'), 'node', secret)).toBeUndefined()
  expect(
    addressIn(toNodeText({ secret, address: 'unix:/tmp/x', certificatePem: undefined }, 'node'), 'node', secret),
  ).toBe(undefined)
  for (const nonsense of ['', '1', 'null', '{"address":"10.0.0.2:50051"}', '{"address":{},"proof":[]}'])
    expect(addressIn(nonsense, 'node', secret)).toBeUndefined()
})

test.each([
  ['10.0.0.2:50051', true],
  ['node-2.local:1', true],
  ['[fe80::1]:50051', true],
  ['http://a:1', false],
  ['a', false],
  ['a:b:1', false],
  [`${'a'.repeat(300)}:1`, false],
])('"%s" as the address of a node: %s', (text, isOne) => {
  expect(isNodeAddress(text)).toBe(isOne)
})
