import { join } from 'node:path'
import { type Command, start } from '../run/child.ts'
import type { Peer } from '../run/peer.ts'

const CLI = join(import.meta.dirname, '../../out/cli/index.js')

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
    const child = start(cli('receive', '--dir', box, '--port', '0', '--plaintext', '--no-auth', '--json'))
    const { port } = await child.line(listeningIn)
    return {
      receiver: { child, port },
      sender: async (path, to) =>
        cli('send', path, '--to', `127.0.0.1:${to}`, '--plaintext', '--state-dir', join(scratch, 'state'), '--json'),
    }
  },
}

/** The same, encrypted and paired. */
export const longshoreTls: Peer = {
  name: 'longshore-tls',
  title: 'Longshore, paired (TLS)',
  ...promises,
  async start(box, scratch) {
    const child = start(cli('receive', '--dir', box, '--port', '0', '--host', '127.0.0.1', '--no-discovery', '--json'))
    const { port, pairLink = '' } = await child.line(listeningIn)
    const stateDir = join(scratch, 'state')
    return {
      receiver: { child, port },
      async sender(path, to) {
        await pairOnce(to, pairLink, stateDir)
        return cli('send', path, '--to', 'bench', '--state-dir', stateDir, '--json')
      },
    }
  },
}

type Listening = { readonly event: string; readonly port: number; readonly pairLink?: string }

function listeningIn(line: string): Listening | undefined {
  const event = JSON.parse(line) as Listening
  return event.event === 'listening' ? event : undefined
}

function cli(...args: readonly string[]): Command {
  return { program: process.execPath, args: [CLI, ...args] }
}

async function pairOnce(port: number, pairLink: string, stateDir: string): Promise<void> {
  const command = cli('pair', `127.0.0.1:${port}`, '--name', 'bench', '--state-dir', stateDir)
  await start({ ...command, env: { LONGSHORE_PAIR_CODE: pairLink } }).done
}
