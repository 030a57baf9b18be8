import { once } from 'node:events'
import type { ServerHttp2Session } from 'node:http2'
import { type AddressInfo, createServer, type Server as NetServer, type Socket } from 'node:net'
import type { Server as GrpcServer, ServerCredentials } from '@grpc/grpc-js'
import { hasCode, receiveErrorFrom } from '../base/errors.ts'
import { ConnectionSlots } from '../limits/connection-slots.ts'
import type { ReceiverLimits } from '../limits/limits.ts'
import { withHttp2Extras } from './http2-extras.ts'

/** How a receiver listens. */
export type ListenOptions = {
  readonly host: string
  /** 0 picks a free one. */
  readonly port: number
  readonly credentials: ServerCredentials
  readonly limits: ReceiverLimits
  /** The receive window of each connection, bytes. */
  readonly windowBytes: number
  /** The receive window of each call on a new connection, bytes. */
  readonly callWindowBytes: number
  /**
   * Whether callers are asked who they are. Connections of callers who have not said so may then have to make room for
   * others.
   */
  readonly asksWho: boolean
  /**
   * Told about each connection that speaks HTTP/2, before any call of it. `know` is to be called when whoever has it
   * has said who it is.
   */
  readonly onSession: (session: ServerHttp2Session, know: () => void) => void
}

/** Where a receiver takes connections. */
export interface Listener {
  /** The port it really listens on. */
  readonly port: number
  /**
   * Takes no new connections. Those that are there and speak HTTP/2 belong to the gRPC server; the others are closed.
   */
  stop(): void
  /** Closes every connection. */
  close(): Promise<void>
}

/**
 * Listens, and hands a gRPC server only connections that keep to the limits. grpc-js by itself takes any number of
 * connections, waits for ever for their first byte, and ends the process when it cannot accept one for want of
 * descriptors.
 *
 * @throws ReceiveError BUSY when the port is taken or cannot be had; with a sentence that names it.
 */
export async function listen(server: GrpcServer, options: ListenOptions): Promise<Listener> {
  const { host, limits, onSession } = options
  const slots = new ConnectionSlots(limits, options.asksWho)
  const greeting = new Map<string, Socket>()

  const extras = {
    windowBytes: options.windowBytes,
    callWindowBytes: options.callWindowBytes,
    maxHeaderBytes: limits.maxMetadataBytes,
    onSession(session: ServerHttp2Session) {
      const { socket } = session
      const name = nameOf(socket)
      const below = greeting.get(name)
      // Its settings are the first thing a peer has to say, so it speaks HTTP/2.
      session.once('remoteSettings', () => greeting.delete(name))
      onSession(session, () => below && slots.know(below))
    },
  }
  const injector = withHttp2Extras(extras, () => server.createConnectionInjector(options.credentials))

  const listening = createServer((socket) => {
    if (!slots.enter(socket)) {
      socket.resetAndDestroy()
      return
    }
    const name = nameOf(socket)
    greeting.set(name, socket)
    const late = setTimeout(() => {
      if (greeting.get(name) === socket) socket.destroy()
    }, limits.handshakeMs)
    socket.on('error', () => socket.destroy())
    socket.once('close', () => {
      clearTimeout(late)
      slots.leave(socket)
      if (greeting.get(name) === socket) greeting.delete(name)
    })
    injector.injectConnection(socket)
  })
  const port = await bound(listening, host, options.port)
  // Without a free descriptor this connection is lost; its peer tries again, and accepting goes on when descriptors are
  // free.
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
      for (const socket of slots.sockets) socket.destroy()
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
