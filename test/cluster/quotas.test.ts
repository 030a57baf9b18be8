import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { freePort } from '../../bench/run/free-port.ts'
import { hasRedis, startRedis } from '../../scripts/cluster/redis.ts'
import { asked, begin, chunksOf, finish, refusalOf, send, source, upload } from '../../server/fixtures/client.ts'
import { sandbox } from '../../server/fixtures/receiving.ts'
import { secured } from '../../server/fixtures/secured.ts'
import { bytes, changeRights, QUOTA, STEP } from '../abuse/devices.ts'

describe.skipIf(!hasRedis)('two nodes and a quota (redis-server, where it is missing this is skipped)', () => {
  async function nodes() {
    const within = await sandbox()
    const redis = await startRedis(join(within, 'redis'), await freePort())
    onTestFinished(() => redis.stop())
    const cluster = { redisUrl: redis.url }
    return [await secured(within, { cluster }), await secured(within, { cluster })] as const
  }

  test('what is unfinished and what is stored through one node counts on the other', async () => {
    const [one, two] = await nodes()
    const a = await one.device({ folder: ['shared'], quotaBytes: 10 * STEP })
    const b = await two.device({ folder: ['shared', 'b'] })
    // The folder of the second device costs one, too.
    expect(await refusalOf(begin(b.client, source('warm', bytes(10))))).toBe(QUOTA)
    const file = source('a', bytes(6))
    const begun = await begin(a.client, file)
    expect(await refusalOf(begin(b.client, source('b', bytes(4))))).toBe(QUOTA)
    await send(a.client, begun, chunksOf(file))
    await finish(a.client, begun, file.data)
    expect(await refusalOf(begin(b.client, source('b', bytes(4))))).toBe(QUOTA)
    await upload(b.client, source('b', bytes(3)))
  })

  test('an upload that was cancelled through one node makes room on the other, and rights bind on both', async () => {
    const [one, two] = await nodes()
    const a = await one.device({ folder: ['shared'], quotaBytes: 10 * STEP })
    const elsewhere = await two.clientWith(a.token)
    const begun = await begin(a.client, source('a', bytes(6)))
    expect(await refusalOf(begin(elsewhere, source('b', bytes(5))))).toBe(QUOTA)
    await asked((done) => a.client.abortUpload({ fileId: begun.fileId }, done))
    const file = source('b', bytes(5))
    const other = await begin(elsewhere, file)
    await send(elsewhere, other, chunksOf(file))
    await changeRights(one, a.device, { folder: ['after'], quotaBytes: 4 * STEP })
    expect(await refusalOf(finish(a.client, other, file.data))).toBe(QUOTA)
    await changeRights(one, a.device, { folder: ['after'], quotaBytes: 5 * STEP })
    expect((await finish(a.client, other, file.data)).storedAs).toBe('after/b')
  })
})
