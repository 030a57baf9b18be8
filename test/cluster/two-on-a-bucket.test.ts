import { execFileSync, spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { freePort } from '../../bench/run/free-port.ts'
import { bucketFlags, type TestBucket } from '../../scripts/cluster/bucket.ts'
import { hasRadosgw } from '../../scripts/cluster/radosgw.ts'
import { hasRedis, startRedis } from '../../scripts/cluster/redis.ts'
import { refusalOf, source, upload } from '../../server/fixtures/client.ts'
import { someone } from '../../server/fixtures/occupants.ts'
import { clientOf } from '../../server/fixtures/receiving.ts'
import { openBucketPlace } from '../../server/occupancy/bucket-place.ts'
import { Bucket } from '../../server/store/s3/bucket.ts'
import { setScene } from '../faults/scene.ts'
import { buildOutputs } from '../support/build.ts'
import { longshore, longshoreReceive } from '../support/longshore-process.ts'
import { receiveFlags } from '../support/receive-flags.ts'
import { tempDir } from '../support/temp-dir.ts'
import { ownObjectStore } from './object-store.ts'

/** A process in a namespace of its own sees no others, as in a container. */
const ownNumbers = ['unshare', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc']
const canUnshare = spawnSync('unshare', [...ownNumbers.slice(1), 'true']).status === 0

const MIB = 1024 ** 2

beforeAll(() => buildOutputs(['cli']))

describe.skipIf(!(hasRadosgw && hasRedis))('two receivers on one bucket (needs radosgw and Redis)', () => {
  const objects = ownObjectStore()

  const running = (bucket: TestBucket, dir: string, ...more: readonly string[]) =>
    longshoreReceive(dir, { flags: [...bucketFlags(bucket), ...more] })

  async function refusal(bucket: TestBucket, dir: string, ...more: readonly string[]): Promise<string> {
    const receiver = longshore('receive', ...receiveFlags(dir, { flags: [...bucketFlags(bucket), ...more] }))
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

  test.skipIf(!canUnshare)(
    'one that slept too long, and was passed over, stores nothing any more and says why',
    async () => {
      const scene = setScene()
      const bucket = await objects.newBucket()
      const options = { program: ownNumbers, flags: bucketFlags(bucket) }
      const first = await longshoreReceive(join(scene.sandbox, 'state/one'), options)
      const inner = childOf(first.pid)
      process.kill(inner, 'SIGSTOP')
      const next = await running(bucket, join(scene.sandbox, 'state/two'))
      process.kill(inner, 'SIGCONT')
      await expect.poll(first.errors, { timeout: 20_000 }).toContain('has to be started again once that one has ended')
      const film = scene.addSource('film.bin', MIB)
      const client = clientOf(first)
      const refused = refusalOf(upload(client, source('film.bin', Buffer.alloc(MIB))))
      expect(await refused).toBe('UNAVAILABLE STATE_UNREACHABLE')
      const again = scene.send([film], next.port, { state: join(scene.state, 'again') })
      expect(await again.ended(), again.errors()).toBe(0)
      process.kill(inner, 'SIGTERM')
      expect(await first.ended()).toBe(0)
      expect((await keysIn(bucket)).filter((key) => key.includes('occupants'))).toHaveLength(1)
    },
  )

  test('one alone and nodes, nodes of two Redis, and a copied folder are refused', async () => {
    const bucket = await objects.newBucket()
    const within = tempDir()
    const redis = await startRedis(join(within, 'redis'), await freePort())
    onTestFinished(() => redis.stop())
    const shared = ['--redis', redis.url]
    const alone = await running(bucket, join(within, 'alone'))
    expect(await refusal(bucket, join(within, 'nodes'), ...shared)).toContain('A receiver without --redis is already')
    execFileSync('cp', ['-a', join(within, 'alone'), join(within, 'copy')])
    const copied = await refusal(bucket, join(within, 'copy'))
    expect(copied).toContain(`Another receiver is already using s3://${bucket.bucket} (`)
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

/** The process that a program in front runs. */
function childOf(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim())
}
