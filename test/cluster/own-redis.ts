import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll } from 'vitest'
import { freePort } from '../../bench/run/free-port.ts'
import { type RunningRedis, startRedis } from '../../scripts/cluster/redis.ts'

/** What the tests of one group have to themselves, from before the first of them to after the last. */
export type OwnRedis = {
  readonly redis: RunningRedis
  /** For what the tests keep beside it. */
  readonly folder: string
}

/** Starts a Redis for the tests of a group, in which this is called. */
export function ownRedis(): OwnRedis {
  let redis: RunningRedis | undefined
  let folder = ''
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'longshore-redis-'))
    redis = await startRedis(join(folder, 'redis'), await freePort())
  })
  afterAll(async () => {
    await redis?.stop()
    await rm(folder, { recursive: true })
  })
  return {
    get redis() {
      if (redis === undefined) throw new Error('Redis runs while tests do, and not before.')
      return redis
    },
    get folder() {
      return folder
    },
  }
}
