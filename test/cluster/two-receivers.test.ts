import { execFileSync } from 'node:child_process'
import { mkdtemp, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { emptyRedis, hasRedis } from '../../scripts/cluster/redis.ts'
import { refusalOf, source, upload } from '../../server/fixtures/client.ts'
import { clientOf } from '../../server/fixtures/receiving.ts'
import { connectRedis, type SharedState } from '../../server/ledger/redis-connection.ts'
import type { Receiver } from '../../server/receiver.ts'
import { withReceiver } from '../support/with-receiver.ts'
import { ownRedis } from './own-redis.ts'

describe.skipIf(!hasRedis)('receivers that do not know of each other (needs redis-server)', () => {
  const own = ownRedis()
  let directory: string

  beforeEach(async () => {
    await emptyRedis(own.redis.url)
    directory = join(await mkdtemp(join(own.folder, 'received-')), 'box')
  })

  async function connected(database = 0): Promise<SharedState> {
    const state = await connectRedis(`${own.redis.url}/${database}`, () => undefined)
    onTestFinished(() => state.close())
    return state
  }

  /** @param options.database the Redis database that it shares; alone when not given. */
  async function start(where: string, options: { database?: number; stateDirectory?: string } = {}): Promise<Receiver> {
    const { database, stateDirectory } = options
    return withReceiver(where, {
      ...(stateDirectory !== undefined && { stateDirectory }),
      ...(database !== undefined && { cluster: { redisUrl: `${own.redis.url}/${database}` } }),
    })
  }

  /** What Redis knows, but for what nodes that run say again and again. */
  async function knownIn(database: number): Promise<ReadonlyMap<string, string>> {
    const state = await connected(database)
    const keys = await state.command('KEYS', '*')
    const texts = new Map<string, string>()
    for (const key of (Array.isArray(keys) ? keys : []).map(String).sort())
      if (!/^longshore:(node:|runs$|sweep$)/.test(key)) texts.set(key, String(await state.command('GET', key)))
    return texts
  }

  test('one alone is refused where nodes are, and a node where one is alone', async () => {
    const node = await start(directory, { database: 0 })
    await expect(start(directory)).rejects.toThrow(
      `Receivers that share the Redis at ${own.redis.url}/0 are already using ${directory} (process ${process.pid}); start this one with the same --redis, too, or give it a folder of its own.`,
    )
    await start(directory, { database: 0 })
    await expect(start(directory, { database: 1 })).rejects.toThrow(
      `share another Redis, ${own.redis.url}/0, are already`,
    )
    expect(await knownIn(1)).toEqual(new Map())
    expect(node.port).toBeGreaterThan(0)
  })

  test('a node is refused where one is alone, and leaves nothing in its Redis', async () => {
    const alone = await start(directory)
    const node = start(directory, { database: 0 })
    await expect(node).rejects.toThrow('A receiver without --redis is already using')
    expect(await knownIn(0)).toEqual(new Map())
    await alone.close()
    await start(directory, { database: 0 })
  })

  test('nodes of one Redis that store in two folders are refused, and nothing of either is changed', async () => {
    const stateDirectory = join(directory, '..', 'state')
    await start(directory, { database: 0, stateDirectory })
    const before = await knownIn(0)
    const other = join(directory, '..', 'other')
    const second = start(other, { database: 0, stateDirectory })
    await expect(second).rejects.toThrow(
      `the receivers that share ${own.redis.url}/0 store in ${directory}, and this one would store in ${other}.`,
    )
    await expect(second).rejects.toMatchObject({ code: 'BAD_FLAGS' })
    expect(await knownIn(0)).toEqual(before)
    expect((await readdir(join(directory, '..'))).sort()).toEqual(['box', 'state'])
  })

  test('a Redis of another receiver is left as it was, also by a start that finds no folder', async () => {
    await start(directory, { database: 0 })
    const before = await knownIn(0)
    const other = join(directory, '..', 'other')
    await expect(start(other, { database: 0 })).rejects.toThrow(/belongs to the receiver [0-9a-f]{32}, and this one is/)
    expect(await knownIn(0)).toEqual(before)
    expect(await readdir(join(directory, '..'))).toEqual(['box'])
  })

  test('a copy of the folder of a node that runs is not taken for the same folder', async () => {
    await start(directory, { database: 0 })
    const copy = `${directory}-copy`
    execFileSync('cp', ['-a', directory, copy])
    await expect(start(copy, { database: 0 })).rejects.toThrow(`does not use ${copy}, which is a copy`)
  })

  test('a folder that was moved while no node ran goes on with its Redis', async () => {
    const node = await start(directory, { database: 0 })
    await node.close()
    execFileSync('mv', [directory, `${directory}-moved`])
    await start(`${directory}-moved`, { database: 0 })
  })

  test('a Redis that was emptied, and that another receiver takes before its nodes notice, is not theirs any more: they store nothing', {
    timeout: 60_000,
  }, async () => {
    const told: unknown[] = []
    const cluster = { redisUrl: `${own.redis.url}/0` }
    const first = await withReceiver(directory, { cluster, onUnexpected: (error) => void told.push(error) })
    await emptyRedis(own.redis.url)
    await start(`${directory}-of-another`, { database: 0 })
    await expect.poll(() => told.map(String).join(), { timeout: 20_000 }).toContain('another receiver uses it now')
    expect(await refusalOf(upload(clientOf(first), source('a.bin', Buffer.from('a'))))).toMatch(/^UNAVAILABLE/)
  })

  test('a Redis that was emptied while nodes run is still theirs, for those that come later, too', async () => {
    await start(directory, { database: 0 })
    const before = await knownIn(0)
    await emptyRedis(own.redis.url)
    await expect.poll(() => knownIn(0), { timeout: 60_000 }).toEqual(before)
    await start(directory, { database: 0 })
    await expect(start(join(directory, '..', 'other'), { database: 0 })).rejects.toThrow('belongs to the receiver')
  })

  test('two nodes that start at once on a new folder and a new Redis are both there', async () => {
    const [one, other] = await Promise.all([start(directory, { database: 0 }), start(directory, { database: 0 })])
    expect(one.port).not.toBe(other.port)
    await Promise.all([one.close(), other.close()])
    await start(directory)
  })
})
