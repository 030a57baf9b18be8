import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { freePort } from '../../bench/run/free-port.ts'
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

const CLI = join(import.meta.dirname, '../../out/cli/index.js')
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
    const flags = ['--redis', redis.url, ...bucketFlags(bucket)]
    const start = async () => {
      const node = await startNode(['--dir', state, ...flags], bucket.credentials)
      stops.push(node.stop)
      return node.port
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

async function startNode(
  flags: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<{ readonly port: number; stop(): Promise<void> }> {
  const reach = ['--host', '127.0.0.1', '--port', '0', '--plaintext', '--no-auth', '--json']
  const many = ['--max-connections-per-address', '1024']
  const child = spawn(process.execPath, [CLI, 'receive', ...flags, ...reach, ...many], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...env },
  })
  return { port: await portOf(child), stop: () => end(child) }
}

/** Throws when it ends before it listens. */
function portOf(node: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    node.once('exit', (code) => reject(new Error(`A node ended with ${code}.`)))
    if (node.stdout === null) throw new Error('unreachable')
    createInterface({ input: node.stdout }).on('line', (line) => {
      const { event, port } = JSON.parse(line)
      if (event === 'listening') resolve(Number(port))
    })
  })
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  await ended
}
