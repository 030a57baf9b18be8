import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import { networkOf } from '../base/network-of.ts'

/** HTTP options of the status page for `createServer`: nothing long is accepted, and no client is waited for. */
export const brisk = {
  headersTimeout: 5_000,
  requestTimeout: 10_000,
  keepAliveTimeout: 5_000,
  connectionsCheckingInterval: 1_000,
  /** Bytes. */
  maxHeaderSize: 8 * 1024,
} as const

/** How long nothing may move on a connection, ms, for example because nobody reads the answer. */
const SILENCE_MS = 10_000

/** Accepts this many connections at the same time, at most half of them from one address; others are closed at once. */
export function limitConnections(server: Server, maxConnections: number): void {
  const perAddress = Math.max(1, Math.floor(maxConnections / 2))
  const countOf = new Map<string, number>()
  server.maxConnections = maxConnections
  server.timeout = SILENCE_MS
  server.on('connection', (socket: Socket) => {
    const network = networkOf(socket.remoteAddress ?? '')
    const count = (countOf.get(network) ?? 0) + 1
    countOf.set(network, count)
    socket.once('close', () => {
      const left = (countOf.get(network) ?? 1) - 1
      if (left === 0) countOf.delete(network)
      else countOf.set(network, left)
    })
    if (count > perAddress) socket.destroy()
  })
}
