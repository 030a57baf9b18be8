import { createHash, createPrivateKey, sign, verify, X509Certificate } from 'node:crypto'

/** The name in a receiver's own certificate, the same in all: what identifies a receiver is the fingerprint. */
export const RECEIVER_CERTIFICATE_NAME = 'longshore-receiver'

/** SHA-256 of a certificate (DER), as people and programs see it: `sha256:` and 64 lower-case hex digits. */
export type Fingerprint = `sha256:${string}`

export function fingerprintOf(certificateDer: Buffer): Fingerprint {
  return `sha256:${createHash('sha256').update(certificateDer).digest('hex')}`
}

/**
 * Reads what a person or a file gave; colons, spaces and capitals between the digits are fine. Undefined when it is no
 * fingerprint.
 */
export function readFingerprint(text: string): Fingerprint | undefined {
  const digits = text
    .trim()
    .toLowerCase()
    .replace(/^sha-?256:/, '')
    .replace(/[\s:]/g, '')
  return /^[0-9a-f]{64}$/.test(digits) ? `sha256:${digits}` : undefined
}

/** One change of certificate; see IdentitySuccession in the contract. */
export type Succession = {
  readonly oldFingerprint: Buffer
  readonly newCertificate: Buffer
  readonly signature: Buffer
}

/** Attests a new certificate with the key of the one before it. `oldKeyPem` is an EC private key. */
export function attestSuccession(
  oldCertificate: Buffer,
  oldKeyPem: string | Buffer,
  newCertificate: Buffer,
): Succession {
  const signature = sign('sha256', wordsOf(oldCertificate, newCertificate), createPrivateKey(oldKeyPem))
  return { oldFingerprint: digestOf(oldCertificate), newCertificate, signature }
}

/**
 * Follows the steps from a certificate that was pinned to the one that is presented now. True when each step is
 * attested by the key of the certificate before it. Steps are tried in the given order; what does not fit is passed
 * over, and at most 32 are looked at.
 */
export function isSuccessor(pinned: Buffer, presented: Buffer, steps: readonly Succession[]): boolean {
  let current = pinned
  for (const step of steps.slice(0, 32)) {
    if (current.equals(presented)) return true
    if (step.oldFingerprint.equals(digestOf(current)) && isAttested(current, step)) current = step.newCertificate
  }
  return current.equals(presented)
}

function isAttested(oldCertificate: Buffer, { newCertificate, signature }: Succession): boolean {
  try {
    return verify(
      'sha256',
      wordsOf(oldCertificate, newCertificate),
      new X509Certificate(oldCertificate).publicKey,
      signature,
    )
  } catch {
    // Not a certificate, or a key or signature of another kind: it attests nothing.
    return false
  }
}

function wordsOf(oldCertificate: Buffer, newCertificate: Buffer): Buffer {
  const [before, after] = [oldCertificate, newCertificate].map((certificate) => digestOf(certificate).toString('hex'))
  return Buffer.from(`longshore identity succession\n${before}\n${after}`)
}

function digestOf(certificate: Buffer): Buffer {
  return createHash('sha256').update(certificate).digest()
}
