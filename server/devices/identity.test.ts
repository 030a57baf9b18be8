import { X509Certificate } from 'node:crypto'
import { chmod, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { isSuccessor, RECEIVER_CERTIFICATE_NAME } from '../../proto/identity.ts'
import { sandbox } from '../fixtures/receiving.ts'
import { readOrMakeIdentity, rotateIdentity } from './identity.ts'

const derOf = (pem: string) => new X509Certificate(pem).raw

test('[H4] a receiver makes its identity once, for this century, and finds the same one again', async () => {
  const state = await sandbox()
  const first = await readOrMakeIdentity(state)
  const certificate = new X509Certificate(first.certificatePem)

  expect(certificate.subject).toBe(`CN=${RECEIVER_CERTIFICATE_NAME}`)
  expect(certificate.subjectAltName).toBeUndefined()
  expect([certificate.validFrom, certificate.validTo]).toEqual(['Jan  1 00:00:00 1975 GMT', 'Dec 31 23:59:59 2099 GMT'])
  expect(certificate.publicKey.asymmetricKeyDetails).toEqual({ namedCurve: 'prime256v1' })
  expect(await readOrMakeIdentity(state)).toEqual(first)
})

test('only the owner may read the key, also where the folder was open to all before', async () => {
  const state = await sandbox()
  await readOrMakeIdentity(state)
  await chmod(join(state, 'identity'), 0o755)

  await readOrMakeIdentity(state)
  await rotateIdentity(state)

  expect((await stat(join(state, 'identity'))).mode & 0o777).toBe(0o700)
  const files = await readdir(join(state, 'identity'))
  expect(files.sort()).toEqual(['identity.pem', 'successions.json'])
  for (const file of files) expect((await stat(join(state, 'identity', file))).mode & 0o777).toBe(0o600)
})

test('whoever pinned any earlier certificate can follow two rotations to the present one', async () => {
  const state = await sandbox()
  const identities = [await readOrMakeIdentity(state)]
  for (let turn = 0; turn < 2; turn++) {
    const { before, after } = await rotateIdentity(state)
    expect(before).toBe(identities.at(-1)?.fingerprint)
    identities.push(await readOrMakeIdentity(state))
    expect(identities.at(-1)?.fingerprint).toBe(after)
  }
  const present = identities[2]
  if (!present) return expect.unreachable()
  for (const { certificatePem } of identities)
    expect(isSuccessor(derOf(certificatePem), derOf(present.certificatePem), present.successions)).toBe(true)
  const stranger = await readOrMakeIdentity(await sandbox())
  expect(isSuccessor(derOf(stranger.certificatePem), derOf(present.certificatePem), present.successions)).toBe(false)
})

test('a rotation that was interrupted between its two files is in nobody’s way', async () => {
  const state = await sandbox()
  const first = await readOrMakeIdentity(state)
  const kept = await readFile(join(state, 'identity/identity.pem'), 'utf8')
  await rotateIdentity(state)
  // As if the power had failed before the new identity took the place of the old one.
  await writeFile(join(state, 'identity/identity.pem'), kept)
  expect(await readOrMakeIdentity(state)).toEqual(first)

  await rotateIdentity(state)

  const present = await readOrMakeIdentity(state)
  expect(present.successions).toHaveLength(1)
  expect(isSuccessor(derOf(first.certificatePem), derOf(present.certificatePem), present.successions)).toBe(true)
})

test('an identity that cannot be read is never quietly replaced by another one', async () => {
  const state = await sandbox()
  await readOrMakeIdentity(state)
  await writeFile(join(state, 'identity/identity.pem'), 'half a ke')
  await expect(readOrMakeIdentity(state)).rejects.toThrow('cannot be read')
  expect(await readFile(join(state, 'identity/identity.pem'), 'utf8')).toBe('half a ke')
})

test('nodes that make an identity at the same moment have one', async () => {
  const folder = await sandbox()
  const made = await Promise.all(Array.from({ length: 5 }, () => readOrMakeIdentity(folder)))
  expect(new Set(made.map(({ fingerprint }) => fingerprint)).size).toBe(1)
})
