import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from '../../bench/run/free-port.ts'
import { emptyBucket, makeBucket, type TestBucket } from '../../scripts/cluster/bucket.ts'
import { hasRadosgw, type RunningRadosgw, startRadosgw } from '../../scripts/cluster/radosgw.ts'
import { emptyRedis, hasRedis, type RunningRedis, startRedis } from '../../scripts/cluster/redis.ts'
import { type Kind, nodesOf, usesBucket } from './plan.ts'

/** Redis and an object store, each started by the first round that needs it and used by all that follow. */
export class Services {
  #folder: string | undefined
  #redis: RunningRedis | undefined
  #radosgw: RunningRadosgw | undefined
  #buckets = 0

  /** The URL of a Redis that has forgotten everything. */
  async emptyRedis(): Promise<string> {
    this.#redis ??= await startRedis(join(this.#place(), 'redis'), await freePort())
    await emptyRedis(this.#redis.url)
    return this.#redis.url
  }

  async newBucket(): Promise<TestBucket> {
    this.#radosgw ??= await startRadosgw(this.#place(), { gateway: await freePort(), monitor: await freePort() })
    // Where the SDK looks, in this process and those it starts.
    Object.assign(process.env, this.#radosgw.credentials)
    return makeBucket(this.#radosgw, `soak-${process.pid}-${this.#buckets++}`)
  }

  async discard(bucket: TestBucket): Promise<void> {
    await emptyBucket(bucket)
  }

  async stop(): Promise<void> {
    await this.#redis?.stop()
    await this.#radosgw?.stop()
    if (this.#folder !== undefined) rmSync(this.#folder, { recursive: true, force: true })
  }

  /** A short path: Ceph puts sockets there. */
  #place(): string {
    this.#folder ??= mkdtempSync(join(tmpdir(), 'soak-'))
    return this.#folder
  }
}

/** What a kind of round needs and is not there; undefined when everything is. */
export function missingFor(kind: Kind): string | undefined {
  if (nodesOf(kind) > 1 && !hasRedis) return 'redis-server'
  if (usesBucket(kind) && !hasRadosgw) return 'radosgw'
  return undefined
}
