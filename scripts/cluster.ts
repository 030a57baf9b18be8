/**
 * Runs a whole cluster on this machine until it is told to stop: two nodes, Redis, a real object store and nginx, all
 * on loopback. It is for trying out and for tests; nothing is encrypted, nobody is asked who they are, and what is
 * stored is gone at the end.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startLocalCluster } from './cluster/local.ts'
import { ensureSystemPackages } from './system-packages.ts'

const PORT = 50050

const asked = process.argv[2] ?? String(PORT)
const port = Number(asked)
if (!/^\d{1,5}$/.test(asked) || port === 0 || port > 65_535) {
  console.error(`Expected a port for nginx from 1 to 65535, got "${asked}".`)
  process.exit(2)
}
const ensured = ensureSystemPackages(['nginx', 'redis-server', 'radosgw', 'ceph-mon', 'ceph-osd'])
if (ensured.kind === 'missing') {
  console.error(`The cluster needs nginx, Redis and Ceph's object gateway. ${ensured.advice}`)
  process.exit(1)
}
// The paths of Ceph's sockets must be short.
const folder = mkdtempSync(join(tmpdir(), 'cluster-'))
const stopped = new Promise((resolve) => {
  process.once('SIGINT', resolve)
  process.once('SIGTERM', resolve)
})
try {
  console.log('Starting Redis, an object store, two nodes and nginx; that takes about a quarter of a minute.')
  const { nodes, redisUrl, bucket, stop } = await startLocalCluster(folder, port)
  const keys = Object.entries(bucket.credentials).map(([name, value]) => `${name}=${value}`)
  console.log(`
Senders go to    127.0.0.1:${port}, which is nginx; for example:
                 npx longshore send FILE --to 127.0.0.1:${port} --plaintext
The nodes are    127.0.0.1:${nodes[0]} and 127.0.0.1:${nodes[1]}
They share       ${redisUrl}
Files go to      s3://${bucket.bucket} at ${bucket.endpoint}
                 ${keys.join(' ')}

Press Ctrl+C to end all of it.`)
  await stopped
  console.log('Stopping.')
  await stop()
} finally {
  rmSync(folder, { recursive: true, force: true })
}
