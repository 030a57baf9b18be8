import { X509Certificate } from 'node:crypto'
import {
  type CallOptions,
  type ChannelCredentials,
  Client,
  type ClientDuplexStream,
  credentials,
  Metadata,
  type ServiceError,
  status,
} from '@grpc/grpc-js'
import { RECEIVER_CERTIFICATE_NAME } from '../../proto/identity.ts'
import { channelOptions, fileTransferService } from '../../proto/index.ts'
import { FORWARDED_KEY, REASON_KEY, REQUEST_ID_KEY } from '../../proto/limits.ts'
import { isReceiverReason } from '../../proto/reasons.ts'
import { shortageIn } from '../../proto/shortage.ts'
import { ReceiveError, receiveErrorFrom } from '../base/errors.ts'
import type { Admitted } from '../calls/caller.ts'
import { addressIn, type Fellow } from './node-address.ts'
import { sealed } from './passed-on.ts'

/** What one node asks another for a caller of its own. */
export type Question = {
  readonly method: Method
  readonly admitted: Admitted
  /** See {@link uploadIn}. */
  readonly upload: string
}

/** A call that another node answers. What is sent and answered is as it was on the wire. */
export type PeerCall = ClientDuplexStream<object, object>

/** The other node did not answer at all, and has done nothing of what it was asked. */
export class PeerGone extends Error {
  override readonly name = 'PeerGone'
}

/**
 * The other node answers, and does not believe that this one is a node, or asks in time. It has done nothing of what it
 * was asked.
 */
export class NotBelieved extends ReceiveError {
  constructor(cause: unknown) {
    const sentence =
      'Another node of this receiver did not take the call, perhaps because their clocks differ by more than a minute; begin it again.'
    super('MOVED', sentence, { cause })
  }
}

/** The name of a call as the service definition has it. */
export type Method = keyof typeof fileTransferService

/** A node in the same network answers within this, ms, or is taken for gone. */
const CONNECT_WITHIN_MS = 2_000

/** Connections to the other nodes, one to each, made when they are needed. */
export class Peers {
  readonly #clients = new Map<string, Client>()
  readonly #now: () => number
  #self: Fellow | undefined

  /** @param now milliseconds since 1970. */
  constructor(now: () => number) {
    this.#now = now
  }

  /** Until this is called no other node is believed to be one. */
  introduce(self: Fellow): void {
    this.#self = self
  }

  /**
   * Begins a call at another node for whoever made it here. No token goes with it: this node has let the caller in, and
   * says so.
   *
   * @param nodeId which node it is.
   * @param told what Redis has that the node told of itself, see {@link toNodeText}.
   * @throws PeerGone, also for what is no node of this receiver.
   */
  async call(nodeId: string, told: string, { method, admitted, upload }: Question): Promise<PeerCall> {
    const self = this.#self
    const address = self && addressIn(told, nodeId, self.secret)
    if (self === undefined || address === undefined) throw new PeerGone('What holds the upload is no node.')
    const client = this.#clients.get(address) ?? this.#connect(address, self)
    try {
      await ready(client)
    } catch (error) {
      this.#forget(address)
      throw new PeerGone('Another node of this receiver does not answer.', { cause: error })
    }
    const { path, requestSerialize, responseDeserialize } = fileTransferService[method] as unknown as Definition
    const metadata = new Metadata()
    metadata.set(FORWARDED_KEY, sealed(self.secret, admitted.caller, { path, upload, to: address }, this.#now()))
    if (admitted.requestId !== undefined) metadata.set(REQUEST_ID_KEY, admitted.requestId)
    const options: CallOptions = {}
    return client.makeBidiStreamRequest(path, requestSerialize, responseDeserialize, metadata, options)
  }

  close(): void {
    for (const client of this.#clients.values()) client.close()
    this.#clients.clear()
  }

  #connect(address: string, { certificatePem }: Fellow): Client {
    const client = new Client(address, credentialsFor(certificatePem), {
      ...channelOptions,
      'grpc.enable_http_proxy': 0,
      'grpc.initial_reconnect_backoff_ms': 100,
      'grpc.max_reconnect_backoff_ms': 1000,
      ...(certificatePem !== undefined && { 'grpc.ssl_target_name_override': RECEIVER_CERTIFICATE_NAME }),
    })
    this.#clients.set(address, client)
    return client
  }

  #forget(address: string): void {
    this.#clients.get(address)?.close()
    this.#clients.delete(address)
  }
}

type Definition = {
  readonly path: string
  readonly requestSerialize: (message: object) => Buffer
  readonly responseDeserialize: (bytes: Buffer) => object
}

/** What another node answered, as this one would have. */
export function toReceiveErrorOfPeer(error: ServiceError): ReceiveError {
  const [reason] = error.metadata?.get(REASON_KEY) ?? []
  // This node has let the caller in; when the caller may not go on, this node ends the call.
  if (reason === 'NO_TOKEN' || reason === 'TOKEN_EXPIRED') return new NotBelieved(error)
  if (isReceiverReason(reason))
    return new ReceiveError(reason, error.details, { cause: error, shortage: shortageIn(error.metadata) })
  if (error.code === status.CANCELLED || error.code === status.UNAVAILABLE) {
    return receiveErrorFrom(
      error,
      'MOVED',
      'The node that served this upload does not answer any more; begin it again.',
    )
  }
  return receiveErrorFrom(error, 'INTERNAL', 'Another node of this receiver failed in a way that was not expected.')
}

function credentialsFor(certificatePem: string | undefined): ChannelCredentials {
  if (certificatePem === undefined) return credentials.createInsecure()
  const own = new X509Certificate(certificatePem).publicKey
  // A node is known by exactly this key, whatever other certificates its authority has issued, and for whatever names.
  return credentials.createSsl(Buffer.from(certificatePem), null, null, {
    rejectUnauthorized: true,
    checkServerIdentity: (_name, { raw }) =>
      new X509Certificate(raw).publicKey.equals(own) ? undefined : new Error('Another key than that of this receiver.'),
  })
}

function ready(client: Client): Promise<void> {
  return new Promise((resolve, reject) => {
    client.waitForReady(Date.now() + CONNECT_WITHIN_MS, (error) => (error ? reject(error) : resolve()))
  })
}
