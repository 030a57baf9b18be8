import { beforeAll, expect, test } from 'vitest'
import { hasNginx } from '../../scripts/cluster/run-nginx.ts'
import { buildOutputs } from '../support/build.ts'
import { startProxy } from '../support/net/proxy.ts'
import { expectInvariants } from './invariants.ts'
import { type Nginx, type NginxOptions, startNginx } from './nginx.ts'
import { chanceFor, sizeOf } from './run-size.ts'
import { type Scene, type SceneReceiver, setScene } from './scene.ts'
import { IN_FLIGHT_BYTES, storm } from './storm.ts'

const MIB = 1024 ** 2
const SIZE = 24 * MIB
const ROUNDS = sizeOf({ short: 2, full: 50 })
const STORM_MS = sizeOf({ short: 120_000, full: 20 * 60_000 })

beforeAll(() => buildOutputs(['cli']))

test.skipIf(!hasNginx)(
  '[B10] behind an nginx that limits the size of a request, the sender names the proxy and its setting (needs nginx)',
  async () => {
    const scene = setScene()
    const film = scene.addSource('film.mov', SIZE)
    const before = await scene.before()
    const receiver = await scene.receive()
    const nginx = await startNginx(receiver.port, { changes: { 'client_max_body_size 0;': '' } })
    const sender = scene.send([film], nginx.port)

    expect(await sender.ended()).toBe(1)
    expect(await sender.event('failed')).toMatchObject({
      reason: 'PROXY_LIMIT',
      message: 'A proxy on the way limits the upload size (for nginx: client_max_body_size).',
    })
    await nginx.stop()
    await expectInvariants(scene, { before, receiver, arrived: {} })
  },
)

test.skipIf(!hasNginx)(
  '[B11] behind an nginx that ends uploads after a second of silence, one that was silent goes on by itself (needs nginx)',
  async () => {
    const scene = setScene()
    const film = scene.addSource('film.mov', SIZE)
    const before = await scene.before()
    const receiver = await scene.receive()
    const nginx = await startNginx(receiver.port, { changes: { 'client_body_timeout 1h;': 'client_body_timeout 1s;' } })
    const proxy = await startProxy(() => nginx.port)
    const sender = scene.send([film], proxy.port)
    await proxy.passed(SIZE / 4)

    sender.child.kill('SIGSTOP')
    await expect.poll(nginx.ended, { timeout: 20_000 }).toContain('/UploadChunks')
    sender.child.kill('SIGCONT')

    expect(await sender.ended(), sender.errors()).toBe(0)
    const { bytesSent } = await sender.event('done')
    expect(Number(bytesSent)).toBeLessThanOrEqual(SIZE + IN_FLIGHT_BYTES)
    await nginx.stop()
    await expectInvariants(scene, { before, receiver, arrived: { 'film.mov': 'film.mov' } })
  },
)

test.skipIf(!hasNginx).each([
  ['waits for its old workers', {}],
  ['ends its old workers at once', { workersLeaveWithin: '1ms' }],
])(
  '[B12] an nginx that reloads again and again and %s costs what was on its way at most (needs nginx)',
  async (manner, options) => {
    await stormBehindNginx(`B12 ${manner}`, options, async ({ nginx }) => nginx.reload())
  },
  STORM_MS,
)

test.skipIf(!hasNginx)(
  '[B12] a receiver that is killed and started again behind nginx costs what was on its way at most (needs nginx)',
  async () => {
    await stormBehindNginx('B12', {}, async (there) => {
      there.receiver.kill('SIGKILL')
      await there.receiver.ended()
      there.receiver = await there.scene.receive({ port: there.receiver.port })
    })
  },
  STORM_MS,
)

type BehindNginx = { readonly scene: Scene; readonly nginx: Nginx; receiver: SceneReceiver }

/**
 * Sends two files through nginx while something strikes again and again, which may put another receiver in the place of
 * the one there is.
 */
async function stormBehindNginx(
  moment: string,
  options: NginxOptions,
  strike: (there: BehindNginx) => Promise<void>,
): Promise<void> {
  const scene = setScene()
  for (const name of ['a.bin', 'b.bin']) scene.addSource(name, SIZE)
  const before = await scene.before()
  const receiver = await scene.receive()
  const nginx = await startNginx(receiver.port, options)
  const proxy = await startProxy(() => nginx.port)
  const there: BehindNginx = { scene, nginx, receiver }
  const { arrivedBytes, ...ending } = await storm({
    scene,
    proxy,
    chance: chanceFor(moment),
    rounds: ROUNDS,
    async strike(sender) {
      await strike(there)
      return sender
    },
  })
  expect(proxy.forwarded()).toBeLessThanOrEqual(arrivedBytes * 1.01 + ROUNDS * IN_FLIGHT_BYTES)
  await nginx.stop()
  await expectInvariants(scene, { before, receiver: there.receiver, ...ending })
}
