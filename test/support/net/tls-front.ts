import { connect, type Socket } from 'node:net'
import { createServer } from 'node:tls'
import { onTestFinished } from 'vitest'
import { listenOnLoopback } from './listen.ts'
import type { TlsIdentity } from './tls-identity.ts'

/**
 * Encryption in front of a receiver without any: a real handshake with a certificate of the test's choice, and plain
 * bytes behind it.
 */
export type TlsFront = {
  readonly port: number
  readonly address: string
  /** Bytes that were understood so far: a sender that turns away after looking at the certificate leaves none. */
  bytesUnderstood(): number
  /** Leads to this port from now on; connections that are there keep theirs. */
  leadTo(port: number): void
  /** Presents another certificate from now on, and ends every connection. */
  become(identity: TlsIdentity): void
}

/** Starts a front that ends with the test. Without `targetPort` it answers nothing. */
export async function startTlsFront(identity: TlsIdentity, targetPort?: () => number): Promise<TlsFront> {
  const sockets = new Set<Socket>()
  let target = targetPort
  let bytesUnderstood = 0
  const keep = (socket: Socket): void => {
    sockets.add(socket)
    socket.on('error', () => socket.destroy())
    socket.on('close', () => sockets.delete(socket))
  }
  const server = createServer({ ...contextOf(identity), ALPNProtocols: ['h2'] }, (client) => {
    keep(client)
    client.on('data', (data) => {
      bytesUnderstood += data.length
    })
    if (target === undefined) return
    const upstream = connect(target(), '127.0.0.1')
    keep(upstream)
    client.pipe(upstream).pipe(client)
    client.on('close', () => upstream.destroy())
    upstream.on('close', () => client.destroy())
  })
  // A sender that does not trust the certificate says so and leaves.
  server.on('tlsClientError', (_, socket) => socket.destroy())
  const port = await listenOnLoopback(server)
  const endAll = (): void => {
    for (const socket of sockets) socket.destroy()
  }
  onTestFinished(async () => {
    const closed = new Promise((resolve) => server.close(resolve))
    endAll()
    await closed
  })
  return {
    port,
    address: `127.0.0.1:${port}`,
    bytesUnderstood: () => bytesUnderstood,
    leadTo(next) {
      target = () => next
    },
    become(next) {
      server.setSecureContext(contextOf(next))
      endAll()
    },
  }
}

function contextOf({ certificatePem, keyPem }: TlsIdentity) {
  return { cert: certificatePem, key: keyPem }
}
