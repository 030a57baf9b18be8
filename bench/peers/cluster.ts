import { join } from 'node:path'
import { bucketFlags, type TestBucket } from '../../scripts/cluster/bucket.ts'
import { startNginx } from '../../scripts/cluster/nginx.ts'
import { startRedis } from '../../scripts/cluster/redis.ts'
import { freePort } from '../run/free-port.ts'
import type { Peer, Running } from '../run/peer.ts'
import { program } from '../run/programs.ts'
import { longshore, type StartedReceiver, startReceiver } from '../run/receiver.ts'

/** A peer that puts files into a bucket, and may be asked for another one for each lap. */
export type ClusterPeer = Peer & { readonly bucketOf: (running: Running) => TestBucket | undefined }

/** How nodes are put together. */
type Shape = { readonly nodes: 1 | 2; readonly redis: boolean; readonly nginx: boolean; readonly objects: boolean }

/**
 * Longshore in several shapes, and two programs that put a file into the same object store themselves.
 *
 * @param newBucket makes a bucket that nobody else uses.
 */
export function clusterPeers(newBucket: () => Promise<TestBucket>): readonly ClusterPeer[] {
  const buckets = new WeakMap<Running, TestBucket>()
  const bucketOf = (running: Running) => buckets.get(running)
  const promises = { verified: 'on arrival', durable: 'yes', needs: [], kind: 'program', bucketOf } as const
  const ours = (name: string, title: string, shape: Shape): ClusterPeer => ({
    ...promises,
    name,
    title,
    async start(box, scratch) {
      const bucket = shape.objects ? await newBucket() : undefined
      const running = await startShape(shape, box, scratch, bucket)
      if (bucket) buckets.set(running, bucket)
      return running
    },
  })
  const direct = (name: string, title: string, command: Direct): ClusterPeer => ({
    ...promises,
    name,
    title,
    async start() {
      const bucket = await newBucket()
      const running: Running = { receiver: undefined, sender: async (path) => command(path, bucket) }
      buckets.set(running, bucket)
      return running
    },
  })
  return [
    ours('folder', 'one node on a folder', { nodes: 1, redis: false, nginx: false, objects: false }),
    ours('folder-nginx', 'the same behind nginx', { nodes: 1, redis: false, nginx: true, objects: false }),
    ours('folder-redis', 'one node on a folder, its ledger in Redis, behind nginx', {
      nodes: 1,
      redis: true,
      nginx: true,
      objects: false,
    }),
    ours('s3', 'one node on a bucket', { nodes: 1, redis: false, nginx: false, objects: true }),
    ours('s3-redis', 'one node on a bucket, with Redis, behind nginx', {
      nodes: 1,
      redis: true,
      nginx: true,
      objects: true,
    }),
    ours('s3-redis-2', 'two nodes on a bucket, with Redis, behind nginx', {
      nodes: 2,
      redis: true,
      nginx: true,
      objects: true,
    }),
    direct('sdk', '@aws-sdk/client-s3 straight to the bucket', (path, { endpoint, bucket, credentials }) => ({
      ...program('s3-put', path, endpoint, bucket),
      env: credentials,
    })),
    direct('rclone-s3', 'rclone copy straight to the bucket', (path, { endpoint, bucket, credentials }) => ({
      program: 'rclone',
      args: ['copy', path, `:s3:${bucket}`, '--s3-provider', 'Ceph', '--s3-endpoint', endpoint, '--s3-env-auth'],
      // It knows no file of authorities beside its own ways.
      env: { RCLONE_CONFIG: '/dev/null', AWS_CA_BUNDLE: '', ...credentials },
    })),
  ]
}

type Direct = (path: string, bucket: TestBucket) => Awaited<ReturnType<Running['sender']>>

async function startShape(
  { nodes, redis, nginx }: Shape,
  box: string,
  scratch: string,
  bucket: TestBucket | undefined,
): Promise<Running> {
  const shared = redis ? await startRedis(join(scratch, 'redis'), await freePort()) : undefined
  const many = ['--max-connections-per-address', '1024']
  const flags = [...many, ...(shared ? ['--redis', shared.url] : []), ...(bucket ? bucketFlags(bucket) : [])]
  const started: StartedReceiver[] = []
  for (let node = 0; node < nodes; node++) started.push(await startReceiver(box, { flags, env: bucket?.credentials }))
  const [first, second = first] = started
  if (first === undefined || second === undefined) throw new Error('There is no node.')
  const front = nginx ? await freePort() : first.port
  const proxy = nginx ? await startNginx(join(scratch, 'nginx'), front, [first.port, second.port]) : undefined
  const stop = async () => {
    await proxy?.stop()
    for (const { child } of started) await child.stop()
    await shared?.stop()
  }
  return {
    receiver: { child: { ...first.child, stop }, port: front },
    sender: async (path, port) =>
      longshore('send', path, '--to', `127.0.0.1:${port}`, '--plaintext', '--state-dir', join(scratch, path), '--json'),
  }
}
