import { randomBytes, randomUUID } from 'node:crypto'
import { Metadata, Server, type ServerUnaryCall, status } from '@grpc/grpc-js'
import type { FinishPairingReply } from '../../proto/generated/filetransfer/FinishPairingReply.ts'
import type { FinishPairingRequest } from '../../proto/generated/filetransfer/FinishPairingRequest.ts'
import type { StartPairingReply } from '../../proto/generated/filetransfer/StartPairingReply.ts'
import type { StartPairingRequest } from '../../proto/generated/filetransfer/StartPairingRequest.ts'
import type { Succession } from '../../proto/identity.ts'
import { fileTransferService, pairingService } from '../../proto/index.ts'
import { PROTOCOL_VERSION, REASON_KEY } from '../../proto/limits.ts'
import { deviceProof, isSameProof, type PairingView, receiverProof, TOKEN_KEY } from '../../proto/pairing.ts'
import { bound } from './net/bound.ts'
import { startTlsFront, type TlsFront } from './net/tls-front.ts'
import type { TlsIdentity } from './net/tls-identity.ts'

export const PAIRING_CODE = '7F3K9QWD2M8XC4TB'

/** A call that arrived, with the authorization it carried. */
export type SeenCall = { readonly method: string; readonly authorization: string | undefined }

export type PairingReceiver = TlsFront & {
  readonly seen: SeenCall[]
  /** Tokens that are valid; a pairing adds one. */
  readonly tokens: Set<string>
  /** Names of the devices that were paired. */
  readonly devices: readonly string[]
  /** What they said they had as a token before; empty for nothing. */
  readonly formerTokens: readonly string[]
  /** What GetReceiverInfo answers as successions. */
  readonly successions: Succession[]
}

export type PairingReceiverOptions = {
  /** The identity that it believes to have on the wire. @default the one it has */
  readonly presents?: TlsIdentity
  /** @default the same in all */
  readonly receiverId?: string
}

/** A receiver that introduces itself and pairs by {@link PAIRING_CODE}, and refuses everything else. */
export async function startPairingReceiver(
  identity: TlsIdentity,
  { presents = identity, receiverId = 'ab'.repeat(16) }: PairingReceiverOptions = {},
): Promise<PairingReceiver> {
  const seen: SeenCall[] = []
  const tokens = new Set<string>()
  const devices: string[] = []
  const formerTokens: string[] = []
  const successions: Succession[] = []
  const views = new Map<string, PairingView>()

  const see = (method: string, metadata: Metadata): boolean => {
    const authorization = metadata.get(TOKEN_KEY)[0]?.toString()
    seen.push({ method, authorization })
    return authorization?.startsWith('Bearer ') === true && tokens.has(authorization.slice('Bearer '.length))
  }
  const server = new Server()
  const refused = Object.keys(fileTransferService).map((method) => [
    method,
    (call: { metadata: Metadata; emit(event: 'error', error: object): void }, done?: (error: object) => void) => {
      see(method, call.metadata)
      const error = refusal(status.UNAUTHENTICATED, 'NO_TOKEN')
      if (done) done(error)
      else call.emit('error', error)
    },
  ])
  server.addService(fileTransferService, {
    ...Object.fromEntries(refused),
    GetReceiverInfo: (call: ServerUnaryCall<unknown, unknown>, done: Done<object>) => {
      const access = see('GetReceiverInfo', call.metadata) ? 'PAIRED' : 'PAIRING_NEEDED'
      done(null, { protocolMin: PROTOCOL_VERSION, protocolMax: PROTOCOL_VERSION, access, successions })
    },
  })
  server.addService(pairingService, {
    startPairing: (call: ServerUnaryCall<StartPairingRequest, StartPairingReply>, done: Done<StartPairingReply>) => {
      see('StartPairing', call.metadata)
      if (views.size > 0 && devices.length > 0) return done(refusal(status.FAILED_PRECONDITION, 'PAIRING_CLOSED'))
      const { deviceNonce } = call.request
      const view = {
        code: PAIRING_CODE,
        fingerprint: presents.fingerprint,
        deviceNonce,
        receiverNonce: randomBytes(32),
      }
      const pairingId = randomUUID()
      views.set(pairingId, view)
      done(null, { pairingId, receiverNonce: view.receiverNonce, receiverProof: receiverProof(view) })
    },
    finishPairing: (
      call: ServerUnaryCall<FinishPairingRequest, FinishPairingReply>,
      done: Done<FinishPairingReply>,
    ) => {
      see('FinishPairing', call.metadata)
      const { pairingId, deviceName, deviceProof: proof } = call.request
      const view = views.get(pairingId)
      if (!view || !isSameProof(deviceProof(view, deviceName), proof)) {
        return done(refusal(status.UNAUTHENTICATED, 'WRONG_CODE'))
      }
      devices.push(deviceName)
      formerTokens.push(call.request.formerToken)
      const token = `device-${devices.length}.${randomBytes(32).toString('base64url')}`
      tokens.add(token)
      done(null, {
        deviceId: `device-${devices.length}`,
        token,
        receiverName: 'Living room',
        receiverId,
      })
    },
  })
  const port = await bound(server)
  const front = await startTlsFront(identity, () => port)
  return { ...front, seen, tokens, devices, formerTokens, successions }
}

type Done<Reply> = (error: object | null, reply?: Reply) => void

function refusal(code: status, reason: string): object {
  const metadata = new Metadata()
  metadata.set(REASON_KEY, reason)
  return { code, details: reason, metadata }
}
