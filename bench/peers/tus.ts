import { mkdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { start } from '../run/child.ts'
import { type Peer, portIn } from '../run/peer.ts'
import { program } from '../run/programs.ts'

export const tus: Peer = {
  name: 'tus',
  title: 'tus-js-client → @tus/server with @tus/file-store; of folders four files at a time, each in one request',
  verified: 'length only',
  durable: 'no',
  needs: [],
  kind: 'program',
  async start(box, scratch) {
    mkdirSync(box, { recursive: true })
    const child = start(program('tus-server', box))
    const port = await child.line(portIn)
    return {
      receiver: { child, port },
      sender: async (path, to) => program('tus-client', to, path, join(scratch, `${basename(path)}.urls.json`)),
    }
  },
}
