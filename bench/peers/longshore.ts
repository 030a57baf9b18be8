import { join } from 'node:path'
import { start } from '../run/child.ts'
import type { Peer } from '../run/peer.ts'
import { longshore as program, startReceiver } from '../run/receiver.ts'

const promises = {
  verified: 'on arrival',
  durable: 'yes',
  needs: [],
  kind: 'program',
} as const

/** The terminal program on both sides, as it comes, without encryption. */
export const longshore: Peer = {
  name: 'longshore',
  title: 'Longshore, --plaintext',
  ...promises,
  async start(box, scratch) {
    return {
      receiver: await startReceiver(box),
      sender: async (path, to) =>
        program(
          'send',
          path,
          '--to',
          `127.0.0.1:${to}`,
          '--plaintext',
          '--state-dir',
          join(scratch, 'state'),
          '--json',
        ),
    }
  },
}

/** The same, encrypted and paired. */
export const longshoreTls: Peer = {
  name: 'longshore-tls',
  title: 'Longshore, paired (TLS)',
  ...promises,
  async start(box, scratch) {
    const receiver = await startReceiver(box, { access: 'pairing' })
    const stateDir = join(scratch, 'state')
    return {
      receiver,
      async sender(path, to) {
        await pairOnce(to, receiver.pairLink, stateDir)
        return program('send', path, '--to', 'bench', '--state-dir', stateDir, '--json')
      },
    }
  },
}

async function pairOnce(port: number, pairLink: string, stateDir: string): Promise<void> {
  const command = program('pair', `127.0.0.1:${port}`, '--name', 'bench', '--state-dir', stateDir)
  await start({ ...command, env: { LONGSHORE_PAIR_CODE: pairLink } }).done
}
