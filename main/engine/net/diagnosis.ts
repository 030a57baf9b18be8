import { X509Certificate } from 'node:crypto'
import type { ReceiverInfo } from '../../../proto/generated/filetransfer/ReceiverInfo.ts'
import { fingerprintOf, isSuccessor, type Succession } from '../../../proto/identity.ts'
import { FileTransferClient } from '../../../proto/index.ts'
import { accessError, identityChanged, isServiceError, UploadError } from '../base/errors.ts'
import { ask } from './ask.ts'
import { channelTo } from './credentials.ts'
import { probe } from './probe.ts'
import type { Route } from './route.ts'

/** What stands between this device and a receiver. */
export type Diagnosis =
  | { readonly kind: 'trouble'; readonly error: UploadError }
  /** The receiver has a new certificate that the pinned one vouches for; it is the one to pin. */
  | { readonly kind: 'succession'; readonly certificatePem: string }

/** A receiver that does not explain its new certificate within this is not the one that was paired, ms. */
const INTRODUCE_WITHIN_MS = 5000

/**
 * Finds out why a call over `route` failed with `error`. Only a connection that was refused or misunderstood at its
 * beginning is looked into; every other error explains itself and is answered as it is. Fails with the reason of
 * `signal`.
 */
export async function diagnose(error: unknown, route: Route, signal: AbortSignal): Promise<Diagnosis> {
  const said = handshakeFailure(error)
  if (said === undefined) {
    if (error instanceof UploadError) return trouble(error)
    throw error
  }
  const found = await probed(route.address, signal)
  if (found instanceof UploadError) return trouble(found)
  const { security } = route
  if (found.kind === 'not-a-receiver') return trouble(accessError('NOT_A_RECEIVER'))
  if (found.kind === 'plaintext') {
    return trouble(security.kind === 'plaintext' ? said.error : accessError('NOT_ENCRYPTED'))
  }
  if (security.kind === 'plaintext') return trouble(accessError('NEEDS_ENCRYPTION'))
  const isPinned =
    security.kind === 'pinned' && new X509Certificate(security.certificatePem).raw.equals(found.certificateDer)
  if (isPinned || security.kind === 'authority') return trouble(untrusted(said) ?? said.error)
  return followed(security.certificatePem, { address: route.address, presented: found.certificateDer }, signal)
}

type Said = { readonly error: UploadError; readonly details: string }

/** The error with the text of grpc-js, for a receiver that is there although no connection could be made. */
function handshakeFailure(error: unknown): Said | undefined {
  if (!(error instanceof UploadError) || error.reason !== 'UNREACHABLE' || !isServiceError(error.cause))
    return undefined
  const { details } = error.cause
  // The system's own words for a computer that is not there, a port that nobody listens on, and a network that is gone.
  const isAway = /\b(ECONNREFUSED|EHOSTUNREACH|EHOSTDOWN|ENETUNREACH|ENETDOWN|ETIMEDOUT)\b/.test(details)
  return details.includes('No connection established') && !isAway ? { error, details } : undefined
}

/** grpc-js passes on OpenSSL's sentences, and nothing else, about a certificate that does not verify. */
function untrusted({ error, details }: Said): UploadError | undefined {
  const options = { cause: error }
  if (/certificate (has expired|is not yet valid)/.test(details)) return accessError('CERTIFICATE_NOT_VALID', options)
  return /certificate|altnames/i.test(details) ? accessError('NOT_TRUSTED', options) : undefined
}

async function probed(address: string, signal: AbortSignal) {
  try {
    return await probe(address, signal)
  } catch (error) {
    if (error instanceof UploadError) return error
    throw error
  }
}

type Stranger = { readonly address: string; readonly presented: Buffer }

/**
 * Asks a receiver whose certificate is not the pinned one how it got it. It is sent no token, so it does not learn who
 * asks.
 */
async function followed(pinnedPem: string, stranger: Stranger, signal: AbortSignal): Promise<Diagnosis> {
  const pinned = new X509Certificate(pinnedPem).raw
  const certificatePem = new X509Certificate(stranger.presented).toString()
  const steps = await successionsOf({ address: stranger.address, security: { kind: 'pinned', certificatePem } }, signal)
  if (isSuccessor(pinned, stranger.presented, steps)) return { kind: 'succession', certificatePem }
  return trouble(identityChanged(fingerprintOf(pinned), fingerprintOf(stranger.presented)))
}

async function successionsOf(route: Route, signal: AbortSignal): Promise<readonly Succession[]> {
  const client = new FileTransferClient(...channelTo(route))
  try {
    const { successions } = await ask<Pick<ReceiverInfo, 'successions'>>(
      (options, done) => client.getReceiverInfo({}, options, done),
      signal,
      INTRODUCE_WITHIN_MS,
    )
    return successions
  } catch (error) {
    // A receiver that does not answer cannot prove anything.
    if (error instanceof UploadError) return []
    throw error
  } finally {
    client.close()
  }
}

function trouble(error: UploadError): Diagnosis {
  return { kind: 'trouble', error }
}
