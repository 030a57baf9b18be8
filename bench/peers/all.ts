import type { Peer } from '../run/peer.ts'
import { grpcStock, grpcWide, md5Core } from './limits.ts'
import { longshore, longshoreTls } from './longshore.ts'
import { nginx } from './nginx.ts'
import { rclone } from './rclone.ts'
import { rsync, rsyncFsync } from './rsync.ts'
import { tus } from './tus.ts'

/**
 * In the order in which they run in each round and stand in each table. The first is what the others are compared with.
 */
export const allPeers: readonly Peer[] = [
  longshore,
  longshoreTls,
  tus,
  nginx,
  rsync,
  rsyncFsync,
  rclone,
  grpcStock,
  grpcWide,
  md5Core,
]
