import type { Peer } from '../run/peer.ts'
import { floorMd5, floorNone, floorSha256, floorXxh128 } from './floor.ts'
import { grpcStock, grpcWide, md5Core } from './limits.ts'
import { longshore, longshoreSha256, longshoreTls, longshoreXxh128 } from './longshore.ts'
import { nginx } from './nginx.ts'
import { rclone } from './rclone.ts'
import { rsync, rsyncFsync } from './rsync.ts'
import { tus } from './tus.ts'

/**
 * In the order in which they run in each round and stand in each table. The first is what the others are compared with.
 */
export const allPeers: readonly Peer[] = [
  longshore,
  longshoreXxh128,
  longshoreSha256,
  longshoreTls,
  tus,
  nginx,
  rsync,
  rsyncFsync,
  rclone,
  floorNone,
  floorMd5,
  floorXxh128,
  floorSha256,
  grpcStock,
  grpcWide,
  md5Core,
]
