import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, onTestFinished, test } from 'vitest'
import { hasRedis } from '../../scripts/cluster/redis.ts'
import { invite } from '../../server/access/pairing.ts'
import { refusalOf } from '../../server/fixtures/client.ts'
import { pairingWith } from '../../server/fixtures/secured.ts'
import { setHostileScene } from './hostile-scene.ts'
import { ownRedis } from './own-redis.ts'

const WRONG = '0'.repeat(16)
/** An address may begin to pair with a node once in this time, ms. */
const PAIRING_EVERY_MS = 1100

describe.skipIf(!hasRedis)('a pairing code at several nodes (needs redis-server)', () => {
  const own = ownRedis()

  test('a code that is shown at two nodes at once pairs one device', async () => {
    const scene = await setHostileScene(own.redis, own.folder)
    const nodes = [await scene.node(), await scene.node()]
    const pairings = await Promise.all(nodes.map(({ port }) => pairingWith(port)))
    for (let round = 0; round < 4; round++) {
      const { code } = await invite(scene.stateDirectory, Date.now())
      const started = await Promise.all(pairings.map(({ start }) => start()))
      const outcomes = await Promise.all(
        pairings.map(({ finish }, at) => refusalOf(finish(started[at] ?? expect.unreachable(), code))),
      )
      expect(outcomes.sort()).toEqual(['FAILED_PRECONDITION PAIRING_CLOSED', 'OK'])
      expect((await scene.texts('KEYS', '*')).join(' ')).not.toContain(code)
      await delay(PAIRING_EVERY_MS)
    }
  })

  test('five wrong proofs close a code at all nodes, wherever they were made', async () => {
    const scene = await setHostileScene(own.redis, own.folder)
    const nodes = [await scene.node(), await scene.node()]
    const pairings = await Promise.all(nodes.map(({ port }) => pairingWith(port)))
    const { code } = await invite(scene.stateDirectory, Date.now())
    const attempts = []
    for (let round = 0; round < 5; round++) {
      for (const pairing of pairings) attempts.push({ pairing, started: await pairing.start() })
      await delay(PAIRING_EVERY_MS)
    }
    const [kept, ...spent] = attempts
    const outcomes = await Promise.all(spent.map(({ pairing, started }) => refusalOf(pairing.finish(started, WRONG))))
    expect(outcomes.filter((outcome) => outcome === 'UNAUTHENTICATED WRONG_CODE')).toHaveLength(5)
    expect(await refusalOf(kept?.pairing.finish(kept.started, code) ?? expect.unreachable())).toBe(
      'FAILED_PRECONDITION PAIRING_CLOSED',
    )
    for (const { start } of pairings) expect(await refusalOf(start())).toBe('FAILED_PRECONDITION PAIRING_CLOSED')
  })

  test('an attempt that began at another node is refused in words and costs the code nothing', async () => {
    const scene = await setHostileScene(own.redis, own.folder)
    const [one, other] = [await pairingWith((await scene.node()).port), await pairingWith((await scene.node()).port)]
    const { code } = await invite(scene.stateDirectory, Date.now())
    const started = await one.start()
    await expect(other.finish(started, code)).rejects.toThrow('began at another node')
    expect(await refusalOf(one.finish(started, code))).toBe('OK')
  })

  test('while Redis is away nobody pairs', async () => {
    const scene = await setHostileScene(own.redis, own.folder)
    const pairing = await pairingWith((await scene.node()).port)
    const { code } = await invite(scene.stateDirectory, Date.now())
    const started = await pairing.start()
    await own.redis.kill()
    onTestFinished(() => own.redis.start())
    expect(await refusalOf(pairing.finish(started, code))).toBe('UNAVAILABLE STATE_UNREACHABLE')
    await delay(PAIRING_EVERY_MS)
    expect(await refusalOf(pairing.start())).toBe('UNAVAILABLE STATE_UNREACHABLE')
  })
})
