import { ServerCredentials, type ServerInterceptor } from '@grpc/grpc-js'
import type { Access } from '../../proto/generated/filetransfer/Access.ts'
import type { IdentitySuccessionInput } from '../../proto/generated/filetransfer/IdentitySuccession.ts'
import type { Fingerprint } from '../../proto/identity.ts'
import { ReceiveError } from '../base/errors.ts'
import { toldOnce } from '../base/told-once.ts'
import type { OnUnexpected } from '../base/unexpected.ts'
import type { Caller } from '../calls/caller.ts'
import { Devices } from '../devices/devices.ts'
import type { CodeTries } from '../devices/invite-file.ts'
import type { KnownDevice } from '../devices/known-device.ts'
import { forgetListening, pairingLinkOf, saveListening } from '../devices/listening.ts'
import { openTls, type TlsConfig } from '../devices/tls.ts'
import { createInterceptor, customGate, deviceGate, type Gate, openGate, type ReadPassedOn } from './auth.ts'
import type { Authenticate } from './authenticate.ts'
import { invite, Pairing, withdrawInvite } from './pairing.ts'
import { reachableAddress } from './reachable.ts'

/** How a device can pair with a receiver that has just started. */
export type Invitation = {
  /** Carries address, fingerprint, code and name. */
  readonly link: string
  /** In its canonical form. */
  readonly code: string
  /** Milliseconds since 1970. */
  readonly expiresAtMs: number
}

/** What somebody who runs a receiver says of who may send, and how the way is protected. */
export type AccessOptions = {
  /** How to encrypt; plaintext when not given. */
  readonly tls?: TlsConfig
  /**
   * Whether a caller has to show the token of a device that is paired. Whoever reaches the port may send when not
   * given.
   */
  readonly asksForTokens?: boolean
  /**
   * Decides who a caller is instead of pairing and tokens, for whoever embeds the receiver. Not together with
   * {@link asksForTokens}.
   */
  readonly authenticate?: Authenticate
}

/** Who may send to a receiver, and how the way to it is protected. */
export type ReceiverAccess = {
  readonly credentials: ServerCredentials
  readonly interceptors: ServerInterceptor[]
  /** Undefined where nobody can pair: without encryption, or when nobody is asked for a token. */
  readonly pairing: Pairing | undefined
  /** Of the certificate that is presented; undefined without encryption. */
  readonly fingerprint: Fingerprint | undefined
  /** PEM; undefined without encryption. */
  readonly certificatePem: string | undefined
  readonly successions: readonly IdentitySuccessionInput[]
  /** Begins to take devices, when the receiver listens; undefined where none can pair. */
  invite(host: string, port: number): Promise<Invitation | undefined>
  /** The devices that are known beforehand; another map whenever one may have changed. */
  knownDevices(): ReadonlyMap<string, KnownDevice>
  /** Takes what became of devices before this was called. */
  lookAtDevices(): Promise<void>
  close(): Promise<void>
}

/** Who a receiver is to its devices, and with whom, where several nodes are one receiver. */
export type ReceiverIdentity = {
  readonly id: string
  readonly name: string
  readonly nodes?: { readonly readPassedOn: ReadPassedOn; readonly codeTries: CodeTries } | undefined
}

/**
 * @param stateDirectory where identity and devices are kept; it must be there.
 * @throws what {@link openTls} throws; ReceiveError BAD_FLAGS when tokens are asked for and somebody else decides, too.
 */
export async function openAccess(
  config: AccessOptions,
  stateDirectory: string,
  { id, name, nodes }: ReceiverIdentity,
  now: () => number,
  onUnexpected: OnUnexpected,
): Promise<ReceiverAccess> {
  const { authenticate } = config
  if (config.asksForTokens && authenticate)
    throw new ReceiveError('BAD_FLAGS', 'Either devices are paired or `authenticate` decides, not both.')
  const tls = config.tls && (await openTls(config.tls, stateDirectory))
  const devices = config.asksForTokens ? await Devices.open(stateDirectory, now, onUnexpected) : undefined
  const pairing =
    tls && devices
      ? new Pairing({
          stateDirectory,
          devices,
          fingerprint: tls.fingerprint,
          receiverName: name,
          receiverId: id,
          tries: nodes?.codeTries,
          now,
          onDoubt: toldOnce(onUnexpected),
        })
      : undefined
  let gate: Gate = openGate
  if (devices) gate = deviceGate(devices)
  else if (authenticate) gate = customGate(authenticate, onUnexpected)
  return {
    credentials: tls?.credentials ?? ServerCredentials.createInsecure(),
    interceptors: [createInterceptor(gate, nodes?.readPassedOn)],
    pairing,
    fingerprint: tls?.fingerprint,
    certificatePem: tls?.certificatePem,
    successions: tls?.successions ?? [],
    async invite(host, port) {
      // A code of an earlier run must not be valid here.
      await withdrawInvite(stateDirectory)
      if (!tls || !devices) return undefined
      const { code, expiresAtMs } = await invite(stateDirectory, now())
      const at = { address: reachableAddress(host, port), fingerprint: tls.fingerprint, name }
      await saveListening(stateDirectory, { ...at, pid: process.pid })
      return { link: pairingLinkOf(at, code), code, expiresAtMs }
    },
    knownDevices: () => devices?.all ?? none,
    async lookAtDevices() {
      await devices?.lookAgain()
    },
    async close() {
      await devices?.close()
      await withdrawInvite(stateDirectory)
      await forgetListening(stateDirectory)
    },
  }
}

const none: ReadonlyMap<string, KnownDevice> = new Map()

/** What a caller is told about itself. */
export function accessOf({ kind }: Caller): Access {
  return ({ anyone: 'OPEN', device: 'PAIRED', stranger: 'PAIRING_NEEDED' } as const)[kind]
}
