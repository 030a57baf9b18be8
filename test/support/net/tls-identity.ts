import { X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'
import { generate, type SubjectAltNameEntry } from 'selfsigned'
import { type Fingerprint, fingerprintOf, RECEIVER_CERTIFICATE_NAME } from '../../../proto/identity.ts'

/** A certificate as receivers have it, with its key. */
export type TlsIdentity = {
  readonly certificatePem: string
  readonly keyPem: string
  readonly der: Buffer
  readonly fingerprint: Fingerprint
}

export type IdentityOptions = {
  readonly notBefore?: Date
  readonly notAfter?: Date
  /** Host names that are in the certificate. @default none, and the common name of receivers */
  readonly hosts?: readonly string[]
}

/** Makes a fresh one, valid as long as a receiver's own unless told otherwise. */
export async function makeIdentity({
  notBefore = new Date('1975-01-01T00:00:00Z'),
  notAfter = new Date('2099-12-31T00:00:00Z'),
  hosts = [],
}: IdentityOptions = {}): Promise<TlsIdentity> {
  const altNames = hosts.map(
    (host): SubjectAltNameEntry => (isIP(host) === 0 ? { type: 2, value: host } : { type: 7, ip: host }),
  )
  const made = await generate([{ name: 'commonName', value: hosts[0] ?? RECEIVER_CERTIFICATE_NAME }], {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    notBeforeDate: notBefore,
    notAfterDate: notAfter,
    extensions: altNames.length > 0 ? [{ name: 'subjectAltName', altNames }] : [],
  })
  const der = new X509Certificate(made.cert).raw
  return { certificatePem: made.cert, keyPem: made.private, der, fingerprint: fingerprintOf(der) }
}
