import { X509Certificate } from 'node:crypto'
import { join } from 'node:path'
import {
  attestSuccession,
  type Fingerprint,
  fingerprintOf,
  RECEIVER_CERTIFICATE_NAME,
  type Succession,
} from '../../proto/identity.ts'
import { ReceiveError, receiveErrorFrom } from '../base/errors.ts'
import { makePrivateFile, readPrivate, writePrivateFile } from '../state-folder/private-file.ts'
import { makePrivateFolder } from '../state-folder/private-folder.ts'

/** What a receiver proves itself with. */
export type Identity = {
  readonly certificatePem: string
  readonly keyPem: string
  readonly fingerprint: Fingerprint
  /** The changes of certificate that led to this one, the oldest first; empty for the first certificate. */
  readonly successions: readonly Succession[]
}

/**
 * A pinned certificate has to be valid whatever a clock says: a computer may start in 1980, and nobody renews the
 * certificate of a forgotten box.
 */
const VALID_FROM = new Date('1975-01-01T00:00:00Z')
const VALID_UNTIL = new Date('2099-12-31T23:59:59Z')

/** Senders look at no more steps than this; older ones lead nowhere that anybody still remembers. */
const MAX_SUCCESSIONS = 32

/**
 * The receiver's own key and certificate, made at its first start and kept in its state folder, which must be there.
 *
 * @throws ReceiveError STORAGE_NOT_WRITABLE when what is kept there cannot be read: a receiver that quietly made itself
 * another identity would look like an attack to every device that is paired.
 */
export async function readOrMakeIdentity(stateDirectory: string): Promise<Identity> {
  const files = filesIn(stateDirectory)
  await makePrivateFolder(files.folder)
  const text = await readPrivate(files.identity)
  if (text !== undefined) return { ...toPair(text, files.identity), successions: await readSuccessions(files, text) }
  const pair = await makePair()
  // Nodes that start at the same moment must be one receiver.
  const isOurs = await makePrivateFile(files.identity, pair.keyPem + pair.certificatePem)
  return isOurs ? { ...pair, successions: [] } : readOrMakeIdentity(stateDirectory)
}

/**
 * Gives the receiver a new key and certificate, attested by the ones before. A receiver that is running keeps what it
 * has until it starts again. A crash leaves either the old identity or the new one with the way to it.
 */
export async function rotateIdentity(stateDirectory: string): Promise<{ before: Fingerprint; after: Fingerprint }> {
  const files = filesIn(stateDirectory)
  const before = await readOrMakeIdentity(stateDirectory)
  const next = await makePair()
  const step = attestSuccession(derOf(before.certificatePem), before.keyPem, derOf(next.certificatePem))
  const steps = [...before.successions, step].slice(-MAX_SUCCESSIONS)
  await writePrivateFile(files.successions, `${JSON.stringify(steps.map(toKept), undefined, 2)}\n`)
  await writePrivateFile(files.identity, next.keyPem + next.certificatePem)
  return { before: before.fingerprint, after: next.fingerprint }
}

type Pair = Omit<Identity, 'successions'>
type Files = ReturnType<typeof filesIn>

function filesIn(stateDirectory: string) {
  const folder = join(stateDirectory, 'identity')
  // Key and certificate are in one file, so that a crash cannot save only one of them.
  return { folder, identity: join(folder, 'identity.pem'), successions: join(folder, 'successions.json') }
}

async function makePair(): Promise<Pair> {
  // Needed once in the life of a receiver, so no other start pays for it.
  const { generate } = await import('selfsigned')
  const made = await generate([{ name: 'commonName', value: RECEIVER_CERTIFICATE_NAME }], {
    keyType: 'ec',
    curve: 'P-256',
    algorithm: 'sha256',
    notBeforeDate: VALID_FROM,
    notAfterDate: VALID_UNTIL,
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
    ],
  })
  const [keyPem, certificatePem] = [made.private, made.cert].map((pem) => `${pem.replaceAll('\r', '').trim()}\n`)
  if (keyPem === undefined || certificatePem === undefined) throw new Error('No certificate was made.')
  return { keyPem, certificatePem, fingerprint: fingerprintOf(derOf(certificatePem)) }
}

const pemBlocks = /-----BEGIN ([A-Z ]+)-----[^-]+-----END \1-----\n?/g

function toPair(text: string, path: string): Pair {
  const blocks = text.match(pemBlocks) ?? []
  const keyPem = blocks.find((block) => block.includes('PRIVATE KEY'))
  const certificatePem = blocks.find((block) => block.includes('BEGIN CERTIFICATE'))
  if (keyPem === undefined || certificatePem === undefined) {
    throw new ReceiveError(
      'STORAGE_NOT_WRITABLE',
      `The receiver's identity in ${path} cannot be read. Restore it, or delete it and pair every device again.`,
    )
  }
  return { keyPem, certificatePem, fingerprint: fingerprintOf(derOf(certificatePem)) }
}

/**
 * The steps that lead to the present certificate. An interrupted rotation leaves a step that leads to another one,
 * which must not stay.
 */
async function readSuccessions(files: Files, identityText: string): Promise<readonly Succession[]> {
  const text = await readPrivate(files.successions)
  if (text === undefined) return []
  let target = fingerprintOf(derOf(toPair(identityText, files.identity).certificatePem))
  const leading: Succession[] = []
  for (const step of toSteps(text, files.successions).reverse()) {
    if (fingerprintOf(step.newCertificate) !== target) continue
    leading.unshift(step)
    target = `sha256:${step.oldFingerprint.toString('hex')}`
  }
  return leading
}

type Kept = { readonly oldFingerprint: string; readonly newCertificate: string; readonly signature: string }

function toKept({ oldFingerprint, newCertificate, signature }: Succession): Kept {
  return {
    oldFingerprint: oldFingerprint.toString('hex'),
    newCertificate: newCertificate.toString('base64'),
    signature: signature.toString('base64'),
  }
}

function toSteps(text: string, path: string): Succession[] {
  try {
    return (JSON.parse(text) as Kept[]).map(({ oldFingerprint, newCertificate, signature }) => ({
      oldFingerprint: Buffer.from(oldFingerprint, 'hex'),
      newCertificate: Buffer.from(newCertificate, 'base64'),
      signature: Buffer.from(signature, 'base64'),
    }))
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof TypeError)) throw error
    throw receiveErrorFrom(error, 'STORAGE_NOT_WRITABLE', `${path} cannot be read. Restore it, or delete it.`)
  }
}

const derOf = (certificatePem: string): Buffer => new X509Certificate(certificatePem).raw
