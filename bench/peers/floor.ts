import { start } from '../run/child.ts'
import { type Peer, portIn } from '../run/peer.ts'
import { program } from '../run/programs.ts'

export const floorNone = floorPeer('none', 'none')

export const floorMd5 = floorPeer('md5', 'MD5 of node:crypto')

export const floorXxh128 = floorPeer('xxh128', 'XXH128 of hash-wasm')

export const floorSha256 = floorPeer('sha256', 'SHA-256 of node:crypto')

/** What nobody who sends verified files over grpc-js can do without, in as little code as there can be. */
function floorPeer(digest: string, means: string): Peer {
  return {
    name: `floor-${digest}`,
    title: `grpc-js with 4 connections, a CRC-32 and an acknowledgement for each chunk of 1 MiB, fdatasync at the end, digest of the whole file on both sides: ${means}; and nothing else`,
    verified: 'on arrival',
    durable: 'files',
    needs: [],
    kind: 'floor',
    async start(box) {
      const child = start(program('floor-receiver', box, digest))
      const port = await child.line(portIn)
      return { receiver: { child, port }, sender: async (path, to) => program('floor-sender', to, path, digest) }
    },
  }
}
