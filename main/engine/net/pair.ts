import { randomBytes, X509Certificate } from 'node:crypto'
import { status } from '@grpc/grpc-js'
import type { FinishPairingReply } from '../../../proto/generated/filetransfer/FinishPairingReply.ts'
import type { StartPairingReply } from '../../../proto/generated/filetransfer/StartPairingReply.ts'
import type { Fingerprint } from '../../../proto/identity.ts'
import { PairingClient } from '../../../proto/index.ts'
import { MAX_DEVICE_NAME_CHARACTERS } from '../../../proto/limits.ts'
import { deviceProof, isSameProof, NONCE_BYTES, type PairingLink, receiverProof } from '../../../proto/pairing.ts'
import { accessError, identityChanged, isServiceError, UploadError } from '../base/errors.ts'
import { ask } from './ask.ts'
import { channelTo } from './credentials.ts'
import { diagnose } from './diagnosis.ts'
import { probe } from './probe.ts'
import type { Route } from './route.ts'

/** What a device keeps of a pairing. `token` is secret. */
export type Paired = {
  readonly certificatePem: string
  readonly fingerprint: Fingerprint
  readonly token: string
  readonly deviceId: string
  /** The receiver's name for people. */
  readonly receiverName: string
  /** See ReceiverInfo.id. */
  readonly receiverId: string
}

/** A receiver that shows a code. */
export type PairingTarget = PairingLink & {
  readonly code: string
  /**
   * Its certificate was issued by an authority: one of those in `caPem`, or else of the system. Then its host name
   * decides, and a certificate that no authority issued is refused without asking the person.
   */
  readonly authority?: { readonly caPem?: string }
}

/** The device that is paired. */
export type PairingDevice = {
  /** What the receiver shows to people, 1 to 64 characters. */
  readonly name: string
  /**
   * The token that the receiver of this fingerprint gave this device before. With it, valid or not, the device is the
   * same to the receiver and goes on with what it left unfinished. It is shown to nobody else, and only after the
   * receiver has proved that it knows the code.
   */
  readonly tokenFrom: (fingerprint: Fingerprint) => string | undefined
}

/**
 * Makes this device known to the receiver at `link.address`. Both prove that they know the code, each bound to the
 * certificate that this device was presented, so a relay in between gets nothing. Fails with an UploadError
 * (UNREACHABLE, NOT_ENCRYPTED, NOT_A_RECEIVER, IDENTITY_CHANGED when the link names another fingerprint, WRONG_CODE,
 * PAIRING_CLOSED, BUSY; NOT_TRUSTED or CERTIFICATE_NOT_VALID when the authority does not vouch for it), or with the
 * reason of `signal`.
 */
export async function pair(
  link: PairingTarget,
  { name: deviceName, tokenFrom }: PairingDevice,
  signal: AbortSignal,
): Promise<Paired> {
  if (deviceName === '' || [...deviceName].length > MAX_DEVICE_NAME_CHARACTERS) {
    throw new RangeError(`Expected a device name of 1 to ${MAX_DEVICE_NAME_CHARACTERS} characters, got “${deviceName}”`)
  }
  const { certificateDer, fingerprint } = await certificateAt(link, signal)
  const certificatePem = new X509Certificate(certificateDer).toString()
  const { address, authority } = link
  const route: Route = {
    address,
    security: authority === undefined ? { kind: 'pinned', certificatePem } : { kind: 'authority', ...authority },
  }
  const client = new PairingClient(...channelTo(route))
  try {
    const deviceNonce = randomBytes(NONCE_BYTES)
    const started = await ask<StartPairingReply>(
      (options, done) => client.startPairing({ deviceNonce }, options, done),
      signal,
    )
    const view = { code: link.code, fingerprint, deviceNonce, receiverNonce: started.receiverNonce }
    if (!isSameProof(receiverProof(view), started.receiverProof)) throw accessError('WRONG_CODE')
    const request = {
      pairingId: started.pairingId,
      deviceProof: deviceProof(view, deviceName),
      deviceName,
      formerToken: tokenFrom(fingerprint) ?? '',
    }
    const finished = await ask<FinishPairingReply>(
      (options, done) => client.finishPairing(request, options, done),
      signal,
    )
    return { certificatePem, fingerprint, ...granted(finished) }
  } catch (error) {
    if (error instanceof UploadError && isServiceError(error.cause) && error.cause.code === status.UNIMPLEMENTED) {
      throw accessError('NOT_A_RECEIVER', { cause: error })
    }
    const found = await diagnose(error, route, signal)
    throw found.kind === 'trouble' ? found.error : error
  } finally {
    client.close()
  }
}

async function certificateAt({ address, fingerprint }: PairingLink, signal: AbortSignal) {
  const found = await probe(address, signal)
  if (found.kind === 'plaintext') throw accessError('NOT_ENCRYPTED')
  if (found.kind === 'not-a-receiver') throw accessError('NOT_A_RECEIVER')
  if (fingerprint !== undefined && found.fingerprint !== fingerprint)
    throw identityChanged(fingerprint, found.fingerprint)
  return found
}

/** The token will travel in a header, so it must be fit for one. */
function granted({ token, deviceId, receiverName, receiverId }: FinishPairingReply) {
  if (/^[\w.-]+$/.test(token)) return { token, deviceId, receiverName, receiverId }
  throw new UploadError('RECEIVER_ERROR', 'The receiver answered the pairing without a usable token.')
}
