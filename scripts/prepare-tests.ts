/**
 * Sees to what the tests need of the operating system. A test that still lacks something is skipped and says so; none
 * passes without running.
 */
import { existsSync } from 'node:fs'
import { ensureSystemPackages, JAVA_PACKAGES } from './system-packages.ts'

/** Only Debian and what comes from it have packages of what the Java examples need. */
const APT = '/usr/bin/apt-get'

const ensured = ensureSystemPackages([
  'chromium',
  'xvfb',
  'x11-utils',
  'python3-grpcio',
  'python3-grpc-tools',
  'nginx',
  'libnginx-mod-stream',
  'redis-server',
  'xxhash',
  'radosgw',
  'ceph-mon',
  'ceph-osd',
  // Screenshots of the Chinese window show boxes without it.
  'fonts-wqy-microhei',
  ...(existsSync(APT) ? JAVA_PACKAGES : []),
])
if (ensured.kind === 'installed') console.log('Installed what the tests need of the system.')
if (ensured.kind === 'missing') console.warn(`Some tests will be skipped. ${ensured.advice}`)
