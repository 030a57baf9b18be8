import { start } from '../run/child.ts'
import { type Peer, portIn } from '../run/peer.ts'
import { program } from '../run/programs.ts'

const isOnlyPart = { verified: 'nothing', durable: 'no', needs: [], kind: 'limit' } as const

export const grpcStock = grpcPeer('stock', 'grpc-js alone: one stream into nothing, windows of 64 KiB as they come')

export const grpcWide = grpcPeer('wide', 'grpc-js alone: one stream into nothing, windows of 4 MiB')

/** Whoever compares MD5s has to compute them. */
export const md5Core: Peer = {
  name: 'md5',
  title: 'MD5 of node:crypto on one core, and nothing else',
  ...isOnlyPart,
  start: async () => ({ receiver: undefined, sender: async (path) => program('md5-core', path) }),
}

function grpcPeer(windows: 'stock' | 'wide', title: string): Peer {
  return {
    name: `grpc-${windows}`,
    title,
    ...isOnlyPart,
    async start() {
      const child = start(program('grpc-sink', windows))
      const port = await child.line(portIn)
      return { receiver: { child, port }, sender: async (path, to) => program('grpc-source', to, path) }
    },
  }
}
