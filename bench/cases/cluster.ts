import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { emptyBucket, filesInBucket, makeBucket, type TestBucket } from '../../scripts/cluster/bucket.ts'
import { hasRadosgw, startRadosgw } from '../../scripts/cluster/radosgw.ts'
import { hasRedis } from '../../scripts/cluster/redis.ts'
import { hasNginx } from '../../scripts/cluster/run-nginx.ts'
import { type ClusterPeer, clusterPeers } from '../peers/cluster.ts'
import type { Case, CaseContext } from '../run/case.ts'
import { start } from '../run/child.ts'
import { filesBelow } from '../run/files-below.ts'
import { freePort } from '../run/free-port.ts'
import { type Lap, race } from '../run/race.ts'
import { rowsOf } from '../run/rows.ts'
import type { Column, Section } from '../run/section.ts'
import { MIB, makeFile, sizeText, type Workload } from '../run/workload.ts'

/** What is sent at once when several send. */
const SENDERS = 4

const columns: readonly Column[] = [
  { key: 'seconds', title: 'seconds', digits: 2, compare: true },
  { key: 'mibPerSecond', title: 'MiB/s', digits: 0 },
]

export const cluster: Case = {
  name: 'cluster',
  about:
    'nodes behind nginx with Redis and an object store, beside one node alone and programs that put into the same store',
  isQuick: false,
  programs: ['nginx', 'sdk', 'rclone'],
  async run(context) {
    if (!(hasRedis && hasNginx && hasRadosgw))
      return 'the cluster needs redis-server, nginx, radosgw, ceph-mon and ceph-osd.'
    const folder = mkdtempSync(join(tmpdir(), 'rgw-'))
    const radosgw = await startRadosgw(folder, { gateway: await freePort(), monitor: await freePort() })
    try {
      let buckets = 0
      const peers = clusterPeers(() => makeBucket(radosgw, `bench-${++buckets}-${process.pid}`))
      return [await oneFile(context, peers), await severalSenders(context, peers)]
    } finally {
      await radosgw.stop()
      rmSync(folder, { recursive: true, force: true })
    }
  },
}

async function oneFile(context: CaseContext, peers: readonly ClusterPeer[]): Promise<Section> {
  const { sizeBytes = 256 * MIB } = context
  const title = `A cluster: one file of ${sizeText(sizeBytes)}`
  const about =
    'From the start of the sending program to its end, everything on one machine. Redis, the object store and nginx take their time from the same cores.'
  return sendAll({ title, about, workloads: [makeFile(join(context.folder, 'film.mov'), sizeBytes)] }, context, peers)
}

async function severalSenders(context: CaseContext, peers: readonly ClusterPeer[]): Promise<Section> {
  const { sizeBytes = 256 * MIB } = context
  const each = Math.floor(sizeBytes / SENDERS)
  const title = `A cluster: ${SENDERS} senders at once, each with a file of ${sizeText(each)}`
  const about = 'From the start of the first sending program to the end of the last one, everything on one machine.'
  const workloads = Array.from({ length: SENDERS }, (_, index) =>
    makeFile(join(context.folder, `film-${index}.mov`), each),
  )
  return sendAll({ title, about, workloads }, context, peers)
}

type Sent = Pick<Section, 'title' | 'about'> & { readonly workloads: readonly Workload[] }

async function sendAll(
  { title, about, workloads }: Sent,
  context: CaseContext,
  peers: readonly ClusterPeer[],
): Promise<Section> {
  context.say(title)
  const bytes = workloads.reduce((sum, workload) => sum + workload.bytes, 0)
  try {
    const laps = await race({ ...context, peers }, async (lap) => {
      const { running } = lap
      const commands = await Promise.all(workloads.map(({ path }) => running.sender(path, running.receiver?.port ?? 0)))
      const startedAtMs = performance.now()
      await Promise.all(commands.map((command) => start(command).done))
      const seconds = (performance.now() - startedAtMs) / 1000
      const bucket = (lap.peer as ClusterPeer).bucketOf(running)
      await mustHaveArrived(lap, bucket, workloads)
      if (bucket) await emptyBucket(bucket)
      return { seconds, mibPerSecond: bytes / MIB / seconds }
    })
    return { key: title, title, about, rounds: context.rounds, columns, rows: rowsOf(peers, laps) }
  } finally {
    for (const { path } of workloads) rmSync(path)
  }
}

async function mustHaveArrived(
  { box }: Lap,
  bucket: TestBucket | undefined,
  workloads: readonly Workload[],
): Promise<void> {
  const ours = (file: string): boolean => !file.includes('/.longshore/')
  const stored = bucket ? Object.values(await filesInBucket(bucket)) : filesBelow(box).filter(ours).map(sha256)
  const sent = workloads.map(({ path }) => sha256(path))
  if (stored.sort().join() === sent.sort().join()) return
  throw new Error(`${stored.length} of ${sent.length} files arrived, or not these.`)
}

function sha256(path: string): string {
  return createHash('sha256').update(readFileSync(path)).digest('hex')
}
