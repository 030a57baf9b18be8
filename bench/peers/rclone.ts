import { mkdirSync } from 'node:fs'
import { start } from '../run/child.ts'
import { freePort, untilListening } from '../run/free-port.ts'
import type { Peer } from '../run/peer.ts'

/** Nothing of a person's own configuration plays a part. */
const env = { RCLONE_CONFIG: '/dev/null' }

export const rclone: Peer = {
  name: 'rclone',
  title: 'rclone copy → rclone serve webdav',
  verified: 'length only',
  durable: 'no',
  needs: ['rclone'],
  kind: 'program',
  async start(box) {
    mkdirSync(box, { recursive: true })
    const port = await freePort()
    const child = start({ program: 'rclone', args: ['serve', 'webdav', box, '--addr', `127.0.0.1:${port}`], env })
    await untilListening(child, port)
    return {
      receiver: { child, port },
      sender: async (path, to) => ({
        program: 'rclone',
        args: ['copy', path, ':webdav:', '--webdav-url', `http://127.0.0.1:${to}`, '--webdav-vendor', 'other'],
        env,
      }),
    }
  },
}
