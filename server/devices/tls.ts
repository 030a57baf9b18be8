import { createPrivateKey, X509Certificate } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { ServerCredentials } from '@grpc/grpc-js'
import { type Fingerprint, fingerprintOf, type Succession } from '../../proto/identity.ts'
import { receiveErrorFrom } from '../base/errors.ts'
import { readOrMakeIdentity } from './identity.ts'

/**
 * How a receiver is asked to encrypt: with the certificate it makes for itself, or with one that somebody issued. Paths
 * of PEM files.
 */
export type TlsConfig =
  | { readonly kind: 'own' }
  | { readonly kind: 'issued'; readonly certificateFile: string; readonly keyFile: string }

/** What a receiver presents to its senders. */
export type Tls = {
  readonly certificatePem: string
  readonly credentials: ServerCredentials
  readonly fingerprint: Fingerprint
  readonly successions: readonly Succession[]
}

/**
 * @param stateDirectory where the receiver's own identity is kept; it must be there.
 * @throws ReceiveError BAD_FLAGS when an issued certificate or its key cannot be used, STORAGE_NOT_WRITABLE when the
 * receiver's own cannot be read.
 */
export async function openTls(config: TlsConfig, stateDirectory: string): Promise<Tls> {
  const { certificatePem, keyPem, fingerprint, successions } =
    config.kind === 'own' ? await readOrMakeIdentity(stateDirectory) : await readIssued(config)
  // Devices prove themselves with tokens, so no certificate is asked of them.
  const pair = { cert_chain: Buffer.from(certificatePem), private_key: Buffer.from(keyPem) }
  return { credentials: ServerCredentials.createSsl(null, [pair], false), certificatePem, fingerprint, successions }
}

async function readIssued({ certificateFile, keyFile }: Extract<TlsConfig, { kind: 'issued' }>) {
  const certificatePem = await readPem(certificateFile, '--cert')
  const keyPem = await readPem(keyFile, '--key')
  try {
    const certificate = new X509Certificate(certificatePem)
    if (!certificate.checkPrivateKey(createPrivateKey(keyPem)))
      throw new Error('the key belongs to another certificate')
    return { certificatePem, keyPem, fingerprint: fingerprintOf(certificate.raw), successions: [] }
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    throw receiveErrorFrom(error, 'BAD_FLAGS', `Cannot use ${certificateFile} with ${keyFile}: ${why}.`)
  }
}

async function readPem(path: string, flag: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    const { code = 'unknown error' } = error as NodeJS.ErrnoException
    throw receiveErrorFrom(error, 'BAD_FLAGS', `${flag} names ${path}, which cannot be read (${code}).`)
  }
}
