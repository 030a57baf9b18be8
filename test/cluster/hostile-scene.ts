import { mkdtemp } from 'node:fs/promises'
import { createServer, type IncomingHttpHeaders } from 'node:http2'
import type { AddressInfo, Server } from 'node:net'
import { join } from 'node:path'
import { Metadata } from '@grpc/grpc-js'
import { onTestFinished } from 'vitest'
import { TOKEN_KEY } from '../../proto/pairing.ts'
import { emptyRedis, type RunningRedis } from '../../scripts/cluster/redis.ts'
import type { EndedCall } from '../../server/calls/ended-call.ts'
import { addDevice } from '../../server/devices/device.ts'
import { readOrMakeIdentity } from '../../server/devices/identity.ts'
import type { TlsConfig } from '../../server/devices/tls.ts'
import { asked, begin, type Client, chunksOf, openStream, source } from '../../server/fixtures/client.ts'
import { clientOf } from '../../server/fixtures/receiving.ts'
import { connectSecurely } from '../../server/fixtures/secured.ts'
import { connectRedis, type SharedState } from '../../server/ledger/redis-connection.ts'
import type { Receiver } from '../../server/receiver.ts'
import { withReceiver } from '../support/with-receiver.ts'

const MIB = 1024 ** 2

/** A node in this process; `calls` are those that ended there. */
type HostileNode = Receiver & { readonly calls: readonly EndedCall[] }

type NodeOptions = {
  readonly encrypts?: boolean
  readonly nodeAddress?: string
  /** @default its own certificate */
  readonly tls?: TlsConfig
}

/**
 * Nodes that ask for tokens, on a folder of their own and a Redis that is empty. All of it ends with the test, but
 * Redis.
 */
export async function setHostileScene(redis: RunningRedis, folder: string) {
  await emptyRedis(redis.url)
  const state = await connectRedis(redis.url, () => undefined)
  onTestFinished(() => state.close())
  const directory = await mkdtemp(join(folder, 'received-'))
  const stateDirectory = join(directory, '.longshore')
  return {
    state,
    stateDirectory,
    async node({ encrypts = true, nodeAddress = '', tls }: NodeOptions = {}): Promise<HostileNode> {
      const calls: EndedCall[] = []
      const receiver = await withReceiver(directory, {
        asksForTokens: true,
        ...(encrypts && { tls: tls ?? { kind: 'own' } }),
        cluster: { redisUrl: redis.url, ...(nodeAddress && { nodeAddress }) },
        onCall: (call) => calls.push(call),
        onUnexpected: () => undefined,
      })
      return { ...receiver, calls }
    },
    /** A device that is paired, and how it asks a node. */
    async device() {
      const { token } = await addDevice(stateDirectory, { name: 'camera', mayOverwrite: true }, Date.now())
      return {
        token,
        /** Shows its token by itself to a node that encrypts; to any other, `shown` is for each call. */
        async at({ port, fingerprint }: Receiver, issued?: string): Promise<Client> {
          if (fingerprint === undefined) return clientOf({ port })
          return connectSecurely(port, issued ?? (await readOrMakeIdentity(stateDirectory)).certificatePem, token)
        },
        shown: () => metadataOf({ [TOKEN_KEY]: `Bearer ${token}` }),
      }
    },
    async texts(...command: readonly string[]): Promise<string[]> {
      const reply = await state.command(...command)
      return Array.isArray(reply) ? reply.map(String) : [String(reply)]
    },
  }
}

/** Begins an upload at a node with a stream that stays open, so that this node holds it. */
export async function heldUpload(client: Client) {
  const file = source('film.mov', Buffer.alloc(3 * MIB, 1))
  const begun = await begin(client, file)
  const stream = openStream(client, begun)
  const acked = stream.next()
  stream.call.write(chunksOf(file)[0] ?? {})
  await acked
  onTestFinished(() => stream.call.cancel())
  return begun
}

/** Answers like a node that is about to fail, and remembers what it was shown. */
export async function fakeNode() {
  const got: IncomingHttpHeaders[] = []
  let connections = 0
  const server = createServer()
  server.on('connection', () => connections++)
  server.on('stream', (stream, headers) => {
    got.push(headers)
    stream.on('error', () => undefined)
    stream.respond({ ':status': 200, 'content-type': 'application/grpc', 'grpc-status': '14' }, { endStream: true })
  })
  const address = await listening(server as unknown as Server)
  return { address, got, connections: () => connections }
}

export async function listening(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return `127.0.0.1:${(server.address() as AddressInfo).port}`
}

/** Begins an upload with what a call shows. */
export function beginAs(client: Client, metadata: Metadata, file = source('a', Buffer.alloc(MIB))) {
  const { uploadKey, path, data } = file
  const request = { uploadKey, path, size: data.length, modifiedAtMs: 0 }
  return asked<{ fileId: string }>((done) => client.beginUpload(request, metadata, done))
}

export function metadataOf(texts: Readonly<Record<string, string>>): Metadata {
  const metadata = new Metadata()
  for (const [key, text] of Object.entries(texts)) metadata.set(key, text)
  return metadata
}

/** The node that told this address of itself. */
export async function idOf(state: SharedState, address: string): Promise<string> {
  const keys = await state.command('KEYS', 'longshore:node:*')
  for (const key of Array.isArray(keys) ? keys.map(String) : []) {
    const told = JSON.parse(String(await state.command('GET', key))) as { address: string }
    if (told.address === address) return key.slice('longshore:node:'.length)
  }
  throw new Error(`No node is at ${address}.`)
}
