import { join } from 'node:path'
import { type Command, start } from '../run/child.ts'
import type { Peer } from '../run/peer.ts'
import { longshore as program, startReceiver } from '../run/receiver.ts'
import { floorMd5, floorSha256, floorXxh128 } from './floor.ts'

const promises = {
  verified: 'on arrival',
  durable: 'yes',
  needs: [],
  kind: 'program',
} as const

/** The terminal program on both sides, as it comes, without encryption. */
export const longshore = unencrypted({ name: 'longshore', title: 'Longshore, --plaintext', floor: floorMd5.name })

export const longshoreXxh128 = withDigest('xxh128', floorXxh128)

export const longshoreSha256 = withDigest('sha256', floorSha256)

/** The same, encrypted and paired. */
export const longshoreTls: Peer = {
  name: 'longshore-tls',
  title: 'Longshore, paired (TLS)',
  floor: floorMd5.name,
  ...promises,
  async start(box, scratch) {
    const receiver = await startReceiver(box, { access: 'pairing' })
    const stateDir = join(scratch, 'state')
    let paired: Promise<void> | undefined
    return {
      receiver,
      async sender(path, to) {
        paired ??= pair(to, receiver.pairLink, stateDir)
        await paired
        return program('send', path, '--to', 'bench', '--state-dir', stateDir, '--json')
      },
    }
  },
}

/**
 * The terminal program with another Node on both sides, without encryption.
 *
 * @param version as `node --version` tells it
 */
export function longshoreOn(node: string, version: string): Peer {
  const name = `longshore-node${version.replace(/^v|\..*$/g, '')}`
  return unencrypted({ name, title: `Longshore, --plaintext, on Node ${version}`, node })
}

function withDigest(digest: string, floor: Peer): Peer {
  const title = `Longshore, --plaintext --digest ${digest}`
  return unencrypted({ name: `longshore-${digest}`, title, floor: floor.name, flags: ['--digest', digest] })
}

type Unencrypted = Pick<Peer, 'name' | 'title' | 'floor'> & {
  /** Added to `send`. @default none */
  readonly flags?: readonly string[]
  /** What runs both sides. @default the Node of this process */
  readonly node?: string
}

function unencrypted({ flags = [], node = process.execPath, ...words }: Unencrypted): Peer {
  return {
    ...words,
    ...promises,
    async start(box, scratch) {
      const stateDir = join(scratch, 'state')
      return {
        receiver: await startReceiver(box, { node }),
        async sender(path, to): Promise<Command> {
          const where = ['--to', `127.0.0.1:${to}`, '--plaintext', '--state-dir', stateDir]
          return { ...program('send', path, ...where, ...flags, '--json'), program: node }
        },
      }
    },
  }
}

async function pair(port: number, pairLink: string, stateDir: string): Promise<void> {
  const command = program('pair', `127.0.0.1:${port}`, '--name', 'bench', '--state-dir', stateDir)
  await start({ ...command, env: { LONGSHORE_PAIR_CODE: pairLink } }).done
}
