import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { freePort } from '../../bench/run/free-port.ts'
import { startReceiver } from '../../bench/run/receiver.ts'
import { bucketFlags, makeBucket, type TestBucket } from './bucket.ts'
import { startNginx } from './nginx.ts'
import { startRadosgw } from './radosgw.ts'
import { startRedis } from './redis.ts'

/** A whole cluster on loopback. */
export type LocalCluster = {
  /** Where senders go: nginx. */
  readonly port: number
  /** The nodes themselves. */
  readonly nodes: readonly [number, number]
  readonly redisUrl: string
  /** Where files are stored. */
  readonly bucket: TestBucket
  /** Ends everything, the senders' side first. */
  stop(): Promise<void>
}

const BUCKET = 'received'

/**
 * Starts a Redis, an object store, two nodes and nginx in front of them, all of it real, each in a process of its own.
 *
 * @param folder where all of it keeps what it has; a short path, because Ceph puts sockets there.
 * @param port where nginx listens.
 * @throws Error when something is missing or does not start; then nothing is left running.
 */
export async function startLocalCluster(folder: string, port: number): Promise<LocalCluster> {
  const stops: (() => Promise<void>)[] = []
  const stop = async () => {
    for (const end of stops.splice(0).reverse()) await end()
  }
  try {
    const redis = await startRedis(join(folder, 'redis'), await freePort())
    stops.push(redis.stop)
    const ports = { gateway: await freePort(), monitor: await freePort() }
    const radosgw = await startRadosgw(join(folder, 'ceph'), ports)
    stops.push(radosgw.stop)
    const bucket = await makeBucket(radosgw, BUCKET)
    const state = join(folder, 'state')
    await mkdir(state, { recursive: true })
    const flags = ['--max-connections-per-address', '1024', '--redis', redis.url, ...bucketFlags(bucket)]
    const start = async () => {
      const { child, port } = await startReceiver(state, { flags, env: bucket.credentials, showsErrors: true })
      stops.push(child.stop)
      return port
    }
    const nodes = [await start(), await start()] as const
    const nginx = await startNginx(join(folder, 'nginx'), port, nodes)
    stops.push(nginx.stop)
    return { port, nodes, redisUrl: redis.url, bucket, stop }
  } catch (error) {
    await stop()
    throw error
  }
}
