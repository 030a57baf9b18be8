import {
  Client,
  credentials,
  Metadata,
  Server,
  ServerCredentials,
  type ServerDuplexStream,
  type ServiceError,
  status,
} from '@grpc/grpc-js'
import descriptor from '../../proto/generated/descriptor.json' with { type: 'json' }
import { channelOptions } from '../../proto/index.ts'
import { REASON_KEY, UPLOAD_ID_KEY } from '../../proto/limits.ts'

/** A call of the contract, named as there. */
export type Rpc = { readonly name: string; readonly path: string; readonly asks: string; readonly answers: string }

const { methods } = descriptor.nested.filetransfer.nested.FileTransferService

/** Every call of the contract. */
export const rpcs: readonly Rpc[] = Object.entries(methods).map(([name, { requestType, responseType }]) => ({
  name,
  path: `/filetransfer.FileTransferService/${name}`,
  asks: requestType,
  answers: responseType,
}))

/** How a call ended. */
export type Ended = {
  /** The name of its gRPC status. */
  readonly status: string
  readonly details: string
  /** Empty after success. */
  readonly reason: string
  /** Every other trailer of ours; absent when there is none. */
  readonly more?: Readonly<Record<string, string>>
}

/** A call whose messages are the bytes that go over the wire, whatever kind of call it is. */
export type RawCall = {
  send(message: Buffer): void
  /** Nothing more is sent. */
  end(): void
  cancel(): void
}

type Hearing = { readonly onAnswer: (message: Buffer) => void; readonly onEnd: (ended: Ended) => void }

/** Calls a server with messages as they are. */
export function rawClient(address: string) {
  const client = new Client(address, credentials.createInsecure(), {
    ...channelOptions,
    'grpc.use_local_subchannel_pool': 1,
  })
  return {
    call({ path }: Rpc, uploadId: string, { onAnswer, onEnd }: Hearing): RawCall {
      const metadata = new Metadata()
      if (uploadId !== '') metadata.set(UPLOAD_ID_KEY, uploadId)
      const call = client.makeBidiStreamRequest(path, asItIs, asItIs, metadata, {})
      call.on('data', onAnswer)
      call.on('error', () => 'the status tells it')
      call.on('status', ({ code, details, metadata: trailers }) =>
        onEnd({ status: status[code], details, reason: textOf(trailers, REASON_KEY), ...otherTrailers(trailers) }),
      )
      return { send: (message) => void call.write(message), end: () => call.end(), cancel: () => call.cancel() }
    },
    close: () => client.close(),
  }
}

/** What a raw server hears of one call, and tells it. */
export type Answering = {
  answer(message: Buffer): void
  end(ended: Ended): void
}

export type Asked = {
  onMessage(message: Buffer): void
  /** The caller sends nothing more. */
  onEnd(): void
  onCancel(): void
}

/** A server on loopback whose messages are the bytes that go over the wire. */
export async function rawServer(onCall: (rpc: Rpc, uploadId: string, answering: Answering) => Asked) {
  const server = new Server(channelOptions)
  let open = 0
  for (const rpc of rpcs) {
    const handle = (call: ServerDuplexStream<Buffer, Buffer>): void => {
      open += 1
      let isOver = false
      const over = (): boolean => {
        const wasOver = isOver
        if (!wasOver) open -= 1
        isOver = true
        return wasOver
      }
      const asked = onCall(rpc, textOf(call.metadata, UPLOAD_ID_KEY), {
        answer: (message) => void call.write(message),
        end(ended) {
          if (over()) return
          if (ended.status === 'OK') call.end()
          else call.emit('error', toServiceError(ended))
        },
      })
      call.on('data', asked.onMessage)
      call.on('end', asked.onEnd)
      call.on('cancelled', () => {
        if (!over()) asked.onCancel()
      })
    }
    server.register(rpc.path, handle, asItIs, asItIs, 'bidi')
  }
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    )
  })
  return {
    address: `127.0.0.1:${port}`,
    /** How many calls have not ended. */
    openCalls: () => open,
    close: () => server.forceShutdown(),
  }
}

function asItIs(bytes: Buffer): Buffer {
  return bytes
}

function textOf(metadata: Metadata, key: string): string {
  return String(metadata.get(key)[0] ?? '')
}

function otherTrailers(trailers: Metadata): Pick<Ended, 'more'> {
  const found = Object.entries(trailers.getMap()).filter(([key]) => key.startsWith('x-') && key !== REASON_KEY)
  return found.length === 0 ? {} : { more: Object.fromEntries(found.map(([key, value]) => [key, String(value)])) }
}

function toServiceError({ status: name, details, reason, more = {} }: Ended): ServiceError {
  const metadata = new Metadata()
  for (const [key, value] of Object.entries(more)) metadata.set(key, value)
  if (reason !== '') metadata.set(REASON_KEY, reason)
  const code = status[name as keyof typeof status]
  return Object.assign(new Error(details), { code, details, metadata })
}
