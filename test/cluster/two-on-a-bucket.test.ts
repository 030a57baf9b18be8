import { execFileSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { freePort } from '../../bench/free-port.ts'
import { bucketFlags, type TestBucket } from '../../scripts/cluster/bucket.ts'
import { hasRadosgw } from '../../scripts/cluster/radosgw.ts'
import { hasRedis, startRedis } from '../../scripts/cluster/redis.ts'
import { someone } from '../../server/fixtures/occupants.ts'
import { openBucketPlace } from '../../server/occupancy/bucket-place.ts'
import { Bucket } from '../../server/store/s3/bucket.ts'
import { setScene } from '../faults/scene.ts'
import { buildOutputs } from '../support/build.ts'
import { type LongshoreProcess, longshore } from '../support/longshore-process.ts'
import { tempDir } from '../support/temp-dir.ts'
import { useObjectStore } from './object-store.ts'

const MIB = 1024 ** 2

beforeAll(() => buildOutputs(['cli']))

describe.skipIf(!(hasRadosgw && hasRedis))('two receivers on one bucket (needs radosgw and Redis)', () => {
  const objects = useObjectStore()

  const start = (bucket: TestBucket, dir: string, ...more: readonly string[]): LongshoreProcess =>
    longshore(
      'receive',
      ...['--dir', dir, '--port', '0', '--plaintext', '--no-auth', '--no-discovery', '--json'],
      ...[...bucketFlags(bucket), ...more],
    )

  async function running(...args: Parameters<typeof start>): Promise<LongshoreProcess & { readonly port: number }> {
    const receiver = start(...args)
    return { ...receiver, port: Number((await receiver.event('listening')).port) }
  }

  async function refusal(...args: Parameters<typeof start>): Promise<string> {
    const receiver = start(...args)
    expect(await receiver.ended(), receiver.errors()).toBe(2)
    return receiver.errors().trim()
  }

  async function keysIn(config: TestBucket): Promise<readonly string[]> {
    const bucket = new Bucket(config, { copyAtOnceBytes: 1, silenceMs: 10_000 })
    const keys: string[] = []
    for await (const { key } of bucket.list('')) keys.push(key)
    bucket.close()
    return keys
  }

  test('the second is refused whatever folders it has, touches nothing, and the first loses no acknowledged byte', async () => {
    const scene = setScene()
    const bucket = await objects.newBucket()
    const first = await running(bucket, join(scene.sandbox, 'state/one'))
    const film = scene.addSource('film.bin', 48 * MIB)
    const sender = scene.send([film, '--limit', '30M'], first.port)
    await sender.event('progress', ({ bytesStored }) => Number(bytesStored) >= 16 * MIB)
    const other = join(tempDir(), 'two')
    const sentence = `Another receiver is already using s3://${bucket.bucket} (process ${first.child.pid}).`
    expect(await refusal(bucket, other)).toBe(sentence)
    expect(await refusal(bucket, other, '--state-dir', `${other}-state`)).toBe(sentence)
    expect(readdirSync(join(other, '..'))).toEqual([])
    const beside = await running(bucket, other, '--s3-prefix', 'of/another')
    expect(await sender.ended(), sender.errors()).toBe(0)
    expect(Number((await sender.event('summary')).bytesSent)).toBe(48 * MIB)
    for (const { child, ended } of [first, beside]) {
      child.kill('SIGTERM')
      expect(await ended()).toBe(0)
    }
    expect((await keysIn(bucket)).filter((key) => key.includes('occupants'))).toEqual([])
    await running(bucket, other)
  })

  test('one that was killed is followed at once; one on a machine that died is waited for, and the wait is told', async () => {
    const bucket = await objects.newBucket()
    const dir = join(tempDir(), 'box')
    const first = await running(bucket, dir)
    first.child.kill('SIGKILL')
    await first.ended()
    const next = await running(bucket, join(tempDir(), 'elsewhere'))
    expect(next.errors()).toBe('')
    next.child.kill('SIGTERM')
    await next.ended()
    const place = openBucketPlace(bucket)
    onTestFinished(() => place.close())
    await place.publish({ ...someone({ machine: 'dead' }), stage: 'holding' })
    const began = performance.now()
    const last = await running(bucket, dir)
    expect(performance.now() - began).toBeGreaterThan(14_000)
    expect(performance.now() - began).toBeLessThan(25_000)
    expect(last.errors()).toContain('A receiver on the machine dead has used')
  })

  test('one alone and nodes, nodes of two Redis, and a copied folder are refused', async () => {
    const bucket = await objects.newBucket()
    const within = tempDir()
    const redis = await startRedis(join(within, 'redis'), await freePort())
    onTestFinished(() => redis.stop())
    const shared = ['--redis', redis.url]
    const alone = await running(bucket, join(within, 'alone'))
    expect(await refusal(bucket, join(within, 'nodes'), ...shared)).toContain('A receiver without --redis is already')
    execFileSync('cp', ['-a', join(within, 'alone'), join(within, 'copy')])
    const copied = start(bucket, join(within, 'copy'))
    expect(await copied.ended()).toBe(2)
    expect(copied.errors()).toContain(`Another receiver is already using s3://${bucket.bucket} (`)
    alone.child.kill('SIGTERM')
    await alone.ended()

    await running(bucket, join(within, 'nodes'), ...shared)
    await running(bucket, join(within, 'nodes'), ...shared)
    expect(await refusal(bucket, join(within, 'alone'))).toContain('are already using s3://')
    expect(await refusal(bucket, join(within, 'others'), '--redis', `${redis.url}/1`)).toContain('share another Redis')
    const elsewhere = await objects.newBucket()
    expect(await refusal(elsewhere, join(within, 'nodes'), ...shared)).toContain(
      `store in s3://${bucket.bucket}, and this one would store in s3://${elsewhere.bucket}`,
    )
    expect(await keysIn(elsewhere)).toEqual([])
  })
})
