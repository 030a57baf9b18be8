import { createHash } from 'node:crypto'
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { hasRedis } from '../../scripts/cluster/redis.ts'
import { claimsInRedis } from '../../server/cluster/name-claims.ts'
import { expectGivesUpItsName, recordOf } from '../../server/fixtures/ledger-conformance.ts'
import { nameText } from '../../server/ledger/name-text.ts'
import { uploadText } from '../../server/ledger/record-text.ts'
import { openRedisLedger } from '../../server/ledger/redis.ts'
import { connectRedis } from '../../server/ledger/redis-connection.ts'
import { formerlyFoldedPath } from '../../server/names/safe-path.ts'
import { openFolder } from '../../server/store/folder.ts'
import { TakenNames } from '../../server/store/taken-names.ts'
import { ownRedis } from './own-redis.ts'

describe.skipIf(!hasRedis)('with a real Redis (redis-server, where it is missing this is skipped)', () => {
  const own = ownRedis()

  async function connected() {
    const state = await connectRedis(own.redis.url, (error) => expect.unreachable(String(error)))
    onTestFinished(() => state.close())
    return state
  }

  test.each([
    ['../outside', undefined],
    ['.longshore', undefined],
    ['other', undefined],
    ['NAME.TXT', 'NAME.TXT'],
  ])('a spelling %j in Redis leads to the name %j', async (planted, believed) => {
    const state = await connected()
    const root = join(own.folder, 'in')
    await mkdir(root, { recursive: true })
    await writeFile(join(own.folder, 'outside'), 'stays')
    await state.command('SET', `longshore:spelled:${nameText(['name.txt'])}`, planted)
    const node = { id: 'node', nodesKey: 'longshore:nodes:', hold: async () => ({ token: 'node:1', mustHold() {} }) }
    const claims = claimsInRedis(state, node as never)

    const claim = await claims.claim(['name.txt'])
    expect(claim.spelling).toBe(believed)
    await claim.release()

    const opened = await openFolder(root, [])
    onTestFinished(() => opened.close())
    const claimed = await new TakenNames(claims).claim(opened, 'name.txt')
    expect(claimed.spelling).toBeUndefined()
    await claimed.release()
    expect(await readdir(root)).toEqual([])
  })

  test('a record that leads out of the receiving folder is set aside and told', async () => {
    const state = await connected()
    const told: string[] = []
    const ledger = openRedisLedger(
      state,
      () => '',
      1000,
      (error) => void told.push(String(error)),
    )
    const planted = recordOf('a', {
      state: { kind: 'finished', storedAs: ['..', 'outside'], digest: { kind: 'md5', hex: '' } },
    })
    await state.command('HSET', 'longshore:upload:a', 'record', JSON.stringify(planted))
    await state.command('SET', `longshore:holder:${nameText(['..', 'outside'])}`, 'a')
    expect(await ledger.names.holder(['..', 'outside'])).toBeUndefined()
    expect(told).toEqual([expect.stringContaining('longshore:corrupt:a')])
  })

  test('a name that was kept as versions did that told it from more others is found by its new fold, too', async () => {
    const state = await connected()
    const ledger = openRedisLedger(
      state,
      () => '',
      1000,
      (error) => expect.unreachable(String(error)),
    )
    const name = ['❤\ufe0f.txt']
    const record = recordOf('b', {
      path: name,
      state: { kind: 'finished', storedAs: name, digest: { kind: 'md5', hex: '' } },
    })
    const formerly = createHash('sha256').update(formerlyFoldedPath(name)).digest('hex').slice(0, 32)
    await state.command('HSET', 'longshore:upload:b', 'record', uploadText(record))
    await state.command('SET', `longshore:holder:${formerly}`, 'b')
    await state.command('SADD', `longshore:asked:${formerly}`, 'b')
    await expectGivesUpItsName(ledger, record, 'c')
  })
})
