import { X509Certificate } from 'node:crypto'
import { generate } from 'selfsigned'
import { expect, test } from 'vitest'
import { attestSuccession, fingerprintOf, isSuccessor, RECEIVER_CERTIFICATE_NAME, readFingerprint } from './identity.ts'

test.each([
  `sha256:${'ab'.repeat(32)}`,
  `SHA256:${'AB'.repeat(32)}`,
  'ab'.repeat(32),
  Array.from({ length: 32 }, () => 'AB').join(':'),
])('"%s" is a fingerprint', (text) => {
  expect(readFingerprint(text)).toBe(`sha256:${'ab'.repeat(32)}`)
})

test.each(['', 'sha256:', `sha256:${'ab'.repeat(31)}`, `md5:${'ab'.repeat(32)}`, `sha256:${'xy'.repeat(32)}`])(
  '"%s" is no fingerprint',
  (text) => {
    expect(readFingerprint(text)).toBeUndefined()
  },
)

test('the fingerprint of a certificate is the SHA-256 that other tools show', async () => {
  const { der } = await certificate()
  expect(fingerprintOf(der)).toBe(readFingerprint(new X509Certificate(der).fingerprint256))
})

test('a certificate that the one before attested is its successor, over several steps', async () => {
  const [first, second, third] = [await certificate(), await certificate(), await certificate()]
  const steps = [
    attestSuccession(first.der, first.key, second.der),
    attestSuccession(second.der, second.key, third.der),
  ]
  expect(isSuccessor(first.der, third.der, steps)).toBe(true)
  expect(isSuccessor(first.der, second.der, steps)).toBe(true)
  expect(isSuccessor(second.der, third.der, steps)).toBe(true)
  expect(isSuccessor(first.der, first.der, [])).toBe(true)
})

test('a certificate that nobody, or somebody else, attested is no successor', async () => {
  const [pinned, mine, thief] = [await certificate(), await certificate(), await certificate()]
  const honest = attestSuccession(pinned.der, pinned.key, mine.der)
  const forged = attestSuccession(pinned.der, thief.key, thief.der)
  expect(isSuccessor(pinned.der, thief.der, [])).toBe(false)
  expect(isSuccessor(pinned.der, thief.der, [honest, forged])).toBe(false)
  expect(isSuccessor(pinned.der, thief.der, [{ ...honest, newCertificate: thief.der }])).toBe(false)
  expect(isSuccessor(pinned.der, thief.der, [{ ...honest, signature: Buffer.alloc(70) }])).toBe(false)
  expect(isSuccessor(Buffer.from('no certificate'), thief.der, [forged])).toBe(false)
})

async function certificate(): Promise<{ der: Buffer; key: string }> {
  const made = await generate([{ name: 'commonName', value: RECEIVER_CERTIFICATE_NAME }], {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
  })
  return { der: new X509Certificate(made.cert).raw, key: made.private }
}
