import { expect, test } from 'vitest'
import {
  deviceProof,
  formatPairingLink,
  isSameProof,
  newPairingCode,
  type PairingView,
  readPairingCode,
  readPairingLink,
  receiverProof,
  spacedCode,
} from './pairing.ts'

const fingerprint = `sha256:${'ab'.repeat(32)}` as const
const view: PairingView = {
  code: '7F3K9QWD2M8XC4TB',
  fingerprint,
  deviceNonce: Buffer.alloc(32, 1),
  receiverNonce: Buffer.alloc(32, 2),
}

test('a fresh code has 16 characters, is read back as it is shown, and is never the same', () => {
  const codes = new Set(Array.from({ length: 200 }, newPairingCode))
  expect(codes.size).toBe(200)
  for (const code of codes) expect(readPairingCode(spacedCode(code))).toBe(code)
})

test.each(['7f3k-9qwd-2m8x-c4tb', ' 7F3K 9QWD 2M8X C4TB ', '7F3K9QWD2M8XC4TB'])('a person may type "%s"', (typed) => {
  expect(readPairingCode(typed)).toBe(view.code)
})

test('letters that look like digits are read as digits', () => {
  expect(readPairingCode('oil0-0000-0000-0000')).toBe('0110000000000000')
})

test.each(['', '1234', '7F3K-9QWD-2M8X-C4T', '7F3K-9QWD-2M8X-C4TBB', '7F3K-9QWD-2M8X-C4T!', '7F3K-9QWD-2M8X-C4TU'])(
  '"%s" is no code',
  (typed) => {
    expect(readPairingCode(typed)).toBeUndefined()
  },
)

test('a proof holds for one role, code, certificate, pair of nonces and device name only', () => {
  const others = [
    deviceProof(view, ''),
    receiverProof({ ...view, code: '7F3K9QWD2M8XC4TA' }),
    receiverProof({ ...view, fingerprint: `sha256:${'ac'.repeat(32)}` }),
    receiverProof({ ...view, deviceNonce: view.receiverNonce }),
    receiverProof({ ...view, receiverNonce: view.deviceNonce }),
  ]
  expect(isSameProof(receiverProof(view), receiverProof({ ...view }))).toBe(true)
  for (const other of others) expect(isSameProof(receiverProof(view), other)).toBe(false)
  expect(isSameProof(deviceProof(view, 'laptop'), deviceProof(view, 'desktop'))).toBe(false)
  expect(isSameProof(receiverProof(view), Buffer.alloc(3))).toBe(false)
})

test.each([
  { address: '192.168.1.20:50051', fingerprint, code: view.code, name: 'living room & co' },
  { address: '[fe80::1]:50051', fingerprint },
  { address: 'box.local:7', code: view.code },
])('a link says what it was made of: %o', (link) => {
  expect(readPairingLink(formatPairingLink(link))).toEqual(link)
})

test('what a link says is read once, the first of each counts, and a name has nothing in it that cannot be seen', () => {
  expect(readPairingLink('longshore://nas:1/?name=%2525&name=b&code=')).toEqual({ address: 'nas:1', name: '%25' })
  const name = encodeURIComponent('a\u202Eb\n\u0007c')
  expect(readPairingLink(`longshore://nas:1/?name=${name}`)).toEqual({ address: 'nas:1', name: 'abc' })
})

test.each([
  'https://192.168.1.20:50051/',
  'longshore://',
  'longshore://192.168.1.20',
  'longshore://192.168.1.20:99999/',
  'longshore://user:secret@192.168.1.20:50051/',
  'longshore://192.168.1.20:50051/etc/passwd',
  'longshore://192.168.1.20:50051/?fingerprint=sha256:12',
  'longshore://192.168.1.20:50051/?code=123',
  'longshore://a%20b:1/',
  'longshore://%6eas:1/',
  `longshore://nas:1/?name=${'a'.repeat(4000)}`,
  'not a link',
])('"%s" is no link', (text) => {
  expect(readPairingLink(text)).toBeUndefined()
})
