import { once } from 'node:events'
import type { ServerHttp2Session } from 'node:http2'
import { type AddressInfo, createServer, type Server as NetServer, type Socket } from 'node:net'
import type { Server as GrpcServer, ServerCredentials } from '@grpc/grpc-js'
import { hasCode, receiveErrorFrom } from './errors.ts'
import { withHttp2Extras } from './http2-extras.ts'
import type { ReceiverLimits } from './limits.ts'

/** How a receiver listens. */
export type ListenOptions = {
  readonly host: string
  /** 0 picks a free one. */
  readonly port: number
  readonly credentials: ServerCredentials
  readonly limits: ReceiverLimits
  /** The receive window of each stream and connection, bytes. */
  readonly windowBytes: number
  /** Told about each connection that speaks HTTP/2, before any call of it. */
  readonly onSession: (session: ServerHttp2Session) => void
}

/** Where a receiver takes connections. */
export interface Listener {
  /** The port it really listens on. */
  readonly port: number
  /** Takes no new connections. Those that are there and speak HTTP/2 belong to the gRPC server; the others are closed. */
  stop(): void
  /** Closes every connection. */
  close(): Promise<void>
}

/**
 * Listens, and hands a gRPC server only connections that keep to the limits. grpc-js by itself takes any number of connections, waits for ever for
 * their first byte, and ends the process when it cannot accept one for want of descriptors.
 *
 * @throws ReceiveError BUSY when the port is taken or cannot be had; with a sentence that names it.
 */
export async function listen(server: GrpcServer, options: ListenOptions): Promise<Listener> {
  const { host, limits, onSession } = options
  const sockets = new Set<Socket>()
  const greeting = new Map<string, Socket>()
  const countOf = new Map<string, number>()

  const extras = {
    windowBytes: options.windowBytes,
    maxHeaderBytes: limits.maxMetadataBytes,
    onSession(session: ServerHttp2Session) {
      const { socket } = session
      const name = nameOf(socket)
      // Its settings are the first thing a peer has to say, so it speaks HTTP/2.
      session.once('remoteSettings', () => greeting.delete(name))
      onSession(session)
    },
  }
  const injector = withHttp2Extras(extras, () => server.createConnectionInjector(options.credentials))

  const listening = createServer((socket) => {
    const address = socket.remoteAddress ?? ''
    const count = countOf.get(address) ?? 0
    if (sockets.size >= limits.maxConnections || count >= limits.maxConnectionsPerAddress) {
      socket.resetAndDestroy()
      return
    }
    const name = nameOf(socket)
    sockets.add(socket)
    countOf.set(address, count + 1)
    greeting.set(name, socket)
    const late = setTimeout(() => {
      if (greeting.get(name) === socket) socket.destroy()
    }, limits.handshakeMs)
    socket.on('error', () => socket.destroy())
    socket.once('close', () => {
      clearTimeout(late)
      sockets.delete(socket)
      if (greeting.get(name) === socket) greeting.delete(name)
      const left = (countOf.get(address) ?? 1) - 1
      if (left === 0) countOf.delete(address)
      else countOf.set(address, left)
    })
    injector.injectConnection(socket)
  })
  const port = await bound(listening, host, options.port)
  // Out of descriptors: the connection is lost, its peer tries again, and accepting goes on when there are some.
  listening.on('error', () => undefined)

  const stop = () => {
    listening.close()
    for (const socket of greeting.values()) socket.destroy()
  }
  return {
    port,
    stop,
    async close() {
      stop()
      for (const socket of sockets) socket.destroy()
      if (listening.listening) await once(listening, 'close')
    },
  }
}

async function bound(server: NetServer, host: string, port: number): Promise<number> {
  try {
    server.listen({ host, port })
    await once(server, 'listening')
    return (server.address() as AddressInfo).port
  } catch (error) {
    const address = `${host.includes(':') ? `[${host}]` : host}:${port}`
    throw receiveErrorFrom(error, 'BUSY', `Cannot listen on ${address}: ${whyNot(error)}.`)
  }
}

function whyNot(error: unknown): string {
  if (hasCode(error, 'EADDRINUSE')) return 'the port is in use'
  if (hasCode(error, 'EACCES', 'EPERM')) return 'this user may not use the port'
  if (hasCode(error, 'EADDRNOTAVAIL')) return 'this machine has no such address'
  if (hasCode(error, 'ENOTFOUND', 'EAI_AGAIN', 'EINVAL')) return 'no such host is known'
  return error instanceof Error ? error.message : String(error)
}

/** No two connections of one listener that are open at the same time share both ends. */
function nameOf({
  remoteAddress,
  remotePort,
  localAddress,
}: Pick<Socket, 'remoteAddress' | 'remotePort' | 'localAddress'>): string {
  return `${remoteAddress} ${remotePort} ${localAddress}`
}
