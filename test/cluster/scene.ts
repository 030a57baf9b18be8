import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { freePort } from '../../bench/run/free-port.ts'
import { bucketFlags, filesInBucket, type TestBucket } from '../../scripts/cluster/bucket.ts'
import { startNginx } from '../../scripts/cluster/nginx.ts'
import { type RunningRedis, startRedis } from '../../scripts/cluster/redis.ts'
import { connectRedis } from '../../server/ledger/redis-connection.ts'
import { BYSTANDER, type Scene, setScene } from '../faults/scene.ts'
import { finalFiles } from '../faults/tree.ts'
import { longshoreReceive, type ReceiverProcess } from '../support/longshore-process.ts'

/** All senders come from one address: that of nginx. */
const MANY_CONNECTIONS = ['--max-connections-per-address', '1024']

/** Two nodes on one folder, with a Redis of their own and nginx in front, as real processes. */
export type ClusterScene = Scene & {
  readonly redis: RunningRedis
  /** Where nginx listens. */
  readonly port: number
  readonly nodes: readonly [ReceiverProcess, ReceiverProcess]
  /** Another process in the place of a node that has ended. */
  restart(node: ReceiverProcess): Promise<ReceiverProcess>
  /** SHA-256 of every file that is stored, by its path, wherever the nodes put them. */
  arrived(): Promise<Readonly<Record<string, string>>>
  /** The node that is busy with an unfinished upload; undefined when none is. */
  holder(): Promise<ReceiverProcess | undefined>
}

export type ClusterOptions = Parameters<typeof startNginx>[3] & {
  /** A bucket that nodes put files into; they share the folder of the scene when not given. */
  readonly bucket?: TestBucket | undefined
  /** Whether nodes that do not encrypt ask for tokens, because nginx encrypts. @default false */
  readonly asksForTokens?: boolean
}

/**
 * @param options.kind `http`: nginx looks at each call, and nothing is encrypted. `stream`: nodes encrypt and ask for
 * tokens, and nginx hands connections on.
 * @param options.changes replacements in the configuration of nginx.
 */
export async function setClusterScene({
  bucket,
  asksForTokens = false,
  ...options
}: ClusterOptions = {}): Promise<ClusterScene> {
  const scene = setScene()
  const redis = await startRedis(join(scene.sandbox, 'state/redis'), await freePort())
  onTestFinished(() => redis.stop())
  const unencrypted = asksForTokens ? 'tokens' : 'open'
  const access = options.kind === 'stream' ? 'pairing' : unencrypted
  const flags = ['--redis', redis.url, ...MANY_CONNECTIONS, ...(bucket ? bucketFlags(bucket) : [])]
  const start = (port: number) => longshoreReceive(scene.box, { port, access, flags })
  const nodes: [ReceiverProcess, ReceiverProcess] = [await start(0), await start(0)]
  const port = await freePort()
  const nginx = await startNginx(join(scene.sandbox, 'state/nginx'), port, [nodes[0].port, nodes[1].port], options)
  onTestFinished(() => nginx.stop())
  return {
    ...scene,
    redis,
    port,
    nodes,
    async restart(node) {
      await node.ended()
      const again = await start(node.port)
      nodes[nodes[0].port === node.port ? 0 : 1] = again
      return again
    },
    arrived: () => (bucket === undefined ? filesInFolder(scene.box) : filesInBucket(bucket)),
    async holder() {
      const port = await portOfHolder(redis.url)
      return nodes.find((node) => node.port === port)
    },
  }
}

async function filesInFolder(box: string): Promise<Readonly<Record<string, string>>> {
  const { [BYSTANDER]: _, ...files } = await finalFiles(box)
  return files
}

async function portOfHolder(url: string): Promise<number | undefined> {
  const state = await connectRedis(url, () => undefined)
  try {
    const open = await state.command('SMEMBERS', 'longshore:unfinished')
    for (const fileId of Array.isArray(open) ? open : []) {
      const holder = await state.command('HGET', `longshore:upload:${fileId}`, 'holder')
      if (!Buffer.isBuffer(holder)) continue
      const told = await state.command('GET', `longshore:node:${holder.toString().split(':')[0]}`)
      if (Buffer.isBuffer(told)) return Number(JSON.parse(told.toString()).address.split(':').at(-1))
    }
    return undefined
  } finally {
    state.close()
  }
}
