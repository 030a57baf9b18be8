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
import { TOKEN_KEY } from '../../proto/pairing.ts'
import type { Admitted } from '../caller.ts'
import { isReason, type ReceiveError, receiveErrorFrom } from '../errors.ts'

/** Where a node answers other nodes. */
export type NodeAddress = {
  /** Host and port. */
  readonly address: string
  /** The certificate it presents, PEM; undefined without encryption. */
  readonly certificatePem?: string
}

export function toNodeText(address: NodeAddress): string {
  return JSON.stringify(address)
}

/** A call that another node answers. What is sent and answered is as it was on the wire. */
export type PeerCall = ClientDuplexStream<object, object>

/** The other node did not answer at all, and has done nothing of what it was asked. */
export class PeerGone extends Error {
  override readonly name = 'PeerGone'
}

/** The name of a call as the service definition has it. */
export type Method = keyof typeof fileTransferService

/** A node in the same network answers within this, ms, or is taken for gone. */
const CONNECT_WITHIN_MS = 2_000

/** Connections to the other nodes, one to each, made when they are needed. */
export class Peers {
  readonly #clients = new Map<string, Client>()

  /**
   * Begins a call at another node, as whoever made the call here.
   *
   * @param told what the node told of itself, see {@link toNodeText}.
   * @throws PeerGone.
   */
  async call(told: string, method: Method, { authorization, requestId }: Admitted): Promise<PeerCall> {
    const client = this.#clients.get(told) ?? this.#connect(told)
    try {
      await ready(client)
    } catch (error) {
      this.#forget(told)
      throw new PeerGone('Another node of this receiver does not answer.', { cause: error })
    }
    const metadata = new Metadata()
    metadata.set(FORWARDED_KEY, '1')
    if (requestId !== undefined) metadata.set(REQUEST_ID_KEY, requestId)
    if (authorization !== undefined) metadata.set(TOKEN_KEY, authorization)
    const { path, requestSerialize, responseDeserialize } = fileTransferService[method] as unknown as Definition
    const options: CallOptions = {}
    return client.makeBidiStreamRequest(path, requestSerialize, responseDeserialize, metadata, options)
  }

  close(): void {
    for (const client of this.#clients.values()) client.close()
    this.#clients.clear()
  }

  #connect(told: string): Client {
    const { address, certificatePem }: NodeAddress = JSON.parse(told)
    const client = new Client(address, credentialsFor(certificatePem), {
      ...channelOptions,
      'grpc.enable_http_proxy': 0,
      'grpc.initial_reconnect_backoff_ms': 100,
      'grpc.max_reconnect_backoff_ms': 1000,
      ...(certificatePem !== undefined && { 'grpc.ssl_target_name_override': RECEIVER_CERTIFICATE_NAME }),
    })
    this.#clients.set(told, client)
    return client
  }

  #forget(told: string): void {
    this.#clients.get(told)?.close()
    this.#clients.delete(told)
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
  if (isReason(reason)) return receiveErrorFrom(error, reason, error.details)
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
  // The very certificate, whoever issued it and whatever name is in it: a node is known by it.
  return credentials.createSsl(Buffer.from(certificatePem), null, null, {
    rejectUnauthorized: true,
    checkServerIdentity: () => undefined,
  })
}

function ready(client: Client): Promise<void> {
  return new Promise((resolve, reject) => {
    client.waitForReady(Date.now() + CONNECT_WITHIN_MS, (error) => (error ? reject(error) : resolve()))
  })
}
