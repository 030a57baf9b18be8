import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { emptyRedis, hasRedis } from '../../scripts/cluster/redis.ts'
import { joinCluster } from '../../server/cluster/cluster.ts'
import { openNode } from '../../server/cluster/node.ts'
import { ledgerConformance, recordOf, startsOf } from '../../server/fixtures/ledger-conformance.ts'
import { openRedisLedger } from '../../server/ledger/redis.ts'
import { connectRedis } from '../../server/ledger/redis-connection.ts'
import { HeldElsewhere } from '../../server/storage/leases.ts'
import { ownRedis } from './own-redis.ts'

const DAY_MS = 86_400_000

describe.skipIf(!hasRedis)('with a real Redis (redis-server, where it is missing this is skipped)', () => {
  const own = ownRedis()

  beforeEach(() => emptyRedis(own.redis.url))

  const unexpected = (error: unknown) => expect.unreachable(String(error))
  const noLease = () => ''

  async function connected(onUnexpected: (error: unknown) => void = unexpected) {
    const state = await connectRedis(own.redis.url, onUnexpected)
    onTestFinished(() => state.close())
    return state
  }

  /** A receiver, as far as it has a part in leases. */
  async function nodeOf(leaseMs = 60_000) {
    const state = await connected(() => undefined)
    const node = openNode(state, () => undefined, leaseMs)
    onTestFinished(() => node.close())
    await node.announce(`node ${node.id}`)
    return { ...node, state, ledger: openRedisLedger(state, node.leaseOf, DAY_MS, unexpected) }
  }

  ledgerConformance('in Redis', async () => ({
    ledger: openRedisLedger(await connected(), noLease, DAY_MS, unexpected),
    reopened: async () => openRedisLedger(await connected(), noLease, DAY_MS, unexpected),
  }))

  test('an upload that nobody goes on with is not kept for ever, also when no node is left to forget it', async () => {
    const state = await connected()
    const ledger = openRedisLedger(state, noLease, 40 * DAY_MS, unexpected)
    const record = recordOf('idle')
    const leftMs = async () => {
      const left = await Promise.all(
        ['upload:idle', 'chunks:idle', 'key:key-of-idle'].map((key) => state.command('PTTL', `longshore:${key}`)),
      )
      return left.map(Number)
    }
    await ledger.uploads.save(record)
    await ledger.chunks.save('idle', { start: 0, end: 5, crc32: 1 })
    for (const ms of await leftMs()) expect(ms).toBeGreaterThan(79 * DAY_MS)
    for (const key of ['upload:idle', 'chunks:idle']) await state.command('PEXPIRE', `longshore:${key}`, 1000)
    await ledger.chunks.save('idle', { start: 5, end: 9, crc32: 1 })
    for (const ms of await leftMs()) expect(ms).toBeGreaterThan(79 * DAY_MS)

    await state.command('UNLINK', 'longshore:upload:idle')
    const unfinished: string[] = []
    for await (const { fileId } of ledger.uploads.unfinished()) unfinished.push(fileId)
    expect(unfinished).toEqual([])
    expect(await state.command('SCARD', 'longshore:unfinished')).toBe(0)
  })

  test('of two nodes one looks for what is to be forgotten', async () => {
    const join = async () => {
      const cluster = await joinCluster({ redisUrl: own.redis.url }, DAY_MS, unexpected)
      onTestFinished(() => cluster.close())
      return cluster
    }
    const [one, other] = [await join(), await join()]
    const looks = await Promise.all([one.maySweep(), other.maySweep(), one.maySweep()])
    expect(looks.filter(Boolean)).toEqual([true])
  })

  test('of two nodes that begin an upload with one key at the same moment, one is told to look again', async () => {
    const [one, other] = [await nodeOf(), await nodeOf()]
    const origin = { kind: 'begun', uploadKey: 'one-key' } as const
    const saved = await Promise.allSettled([
      one.ledger.uploads.save(recordOf('a', { origin })),
      other.ledger.uploads.save(recordOf('b', { origin })),
    ])
    const refused = saved.filter(({ status }) => status === 'rejected')
    expect(refused).toEqual([{ status: 'rejected', reason: expect.objectContaining({ code: 'MOVED' }) }])
    const found = await one.ledger.uploads.findByKey('one-key', undefined)
    expect(await other.ledger.uploads.findByKey('one-key', undefined)).toEqual(found)
  })

  test('an upload has one holder; who asks meanwhile is told who that is, and gets it when it is given back', async () => {
    const [one, other] = [await nodeOf(), await nodeOf()]
    await one.ledger.uploads.save(recordOf('a'))
    const lease = await one.leases.take('a')
    const refusal = await other.leases.take('a').catch((error: unknown) => error)
    expect(refusal).toBeInstanceOf(HeldElsewhere)
    expect(refusal).toMatchObject({ told: `node ${one.id}` })
    expect(await other.leases.isHeld('a')).toBe(true)
    await lease.release()
    expect(await other.leases.isHeld('a')).toBe(false)
    await other.leases.take('a')
    await expect(one.leases.take('nobody')).rejects.toMatchObject({ code: 'UNKNOWN_UPLOAD' })
  })

  test('a holder that was passed over can write nothing any more, whatever it tries, however late', async () => {
    const [late, next] = [await nodeOf(), await nodeOf()]
    await late.ledger.uploads.save(recordOf('a'))
    await late.leases.take('a')
    await late.ledger.chunks.save('a', { start: 0, end: 10, crc32: 1 })
    const held = await next.leases.take('a').catch((error: unknown) => error)
    if (!(held instanceof HeldElsewhere)) throw new Error('It was not held.')
    next.leases.doubt('a', held.lease)
    await next.leases.take('a')

    const tries = await Promise.allSettled([
      late.ledger.chunks.save('a', { start: 10, end: 20, crc32: 2 }),
      late.ledger.checkpoints.save('a', [{ start: 0, end: 20 }]),
      late.ledger.uploads.save(
        recordOf('a', { state: { kind: 'finished', storedAs: ['a.bin'], digest: { kind: 'md5', hex: '' } } }),
      ),
      late.ledger.uploads.save(recordOf('a'), { forgetChunks: true }),
      late.ledger.uploads.forget(recordOf('a')),
    ])
    expect(tries).toEqual(
      Array.from({ length: 5 }, () => ({ status: 'rejected', reason: expect.objectContaining({ code: 'MOVED' }) })),
    )
    expect(await startsOf(next.ledger, 'a')).toEqual([0])
    expect(await next.ledger.uploads.find('a')).toMatchObject({ state: { kind: 'receiving' } })
  })

  test('a node that does not renew loses its uploads by time alone, and knows it before others take them', async () => {
    const [paused, next] = [await nodeOf(800), await nodeOf()]
    await paused.ledger.uploads.save(recordOf('a'))
    const lease = await paused.leases.take('a')
    const lost: string[] = []
    paused.leases.onLost(({ code }) => lost.push(code))
    lease.mustHold()
    // Its connection is cut for good, as far as it can see.
    paused.state.close()
    await expect.poll(() => lost, { timeout: 5000 }).toEqual(['STATE_UNREACHABLE'])
    expect(() => lease.mustHold()).toThrow('does not answer')
    await expect.poll(() => next.leases.isHeld('a'), { timeout: 5000 }).toBe(false)
    await next.leases.take('a')
  })

  test('a Redis that is killed and started again has what was saved a second before, and its scripts work again', async () => {
    const ledger = openRedisLedger(await connected(() => undefined), noLease, DAY_MS, unexpected)
    await ledger.uploads.save(recordOf('a'))
    await ledger.chunks.save('a', { start: 0, end: 10, crc32: 1 })
    await new Promise((resolve) => setTimeout(resolve, 1500))
    await own.redis.kill()
    await expect(ledger.chunks.save('a', { start: 10, end: 20, crc32: 1 })).rejects.toMatchObject({
      code: 'STATE_UNREACHABLE',
    })
    await own.redis.start()
    await expect
      .poll(() => ledger.chunks.save('a', { start: 20, end: 30, crc32: 1 }).then(() => 'saved', String), {
        timeout: 60_000,
      })
      .toBe('saved')
    expect(await startsOf(ledger, 'a')).toEqual([0, 20])
  })

  test('a record that cannot be read is set aside and told, and nobody else suffers', async () => {
    const told: string[] = []
    const state = await connected()
    const ledger = openRedisLedger(state, noLease, DAY_MS, (error) => told.push(String(error)))
    for (const fileId of ['a', 'b']) await ledger.uploads.save(recordOf(fileId))
    await state.command('HSET', 'longshore:upload:a', 'record', '{"half')
    expect(await ledger.uploads.find('a')).toBeUndefined()
    const unfinished: string[] = []
    for await (const { fileId } of ledger.uploads.unfinished()) unfinished.push(fileId)
    expect(unfinished).toEqual(['b'])
    expect(told).toEqual([expect.stringContaining('longshore:corrupt:a')])
    expect(await state.command('EXISTS', 'longshore:corrupt:a')).toBe(1)
  })
})
