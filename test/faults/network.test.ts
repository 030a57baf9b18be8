import { createHash, randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { beforeAll, expect, test } from 'vitest'
import { CHUNK_BYTES } from '../../proto/limits.ts'
import { begin, chunksOf, connect, finish, md5Of, openStream, refusalOf, source } from '../../server/fixtures/client.ts'
import { addTo } from '../support/add-to.ts'
import { buildOutputs } from '../support/build.ts'
import { startProxy } from '../support/net/proxy.ts'
import { untilAll, withEngine } from '../support/with-engine.ts'
import { expectInvariants } from './invariants.ts'
import { chanceFor, isFullRun, sizeOf } from './run-size.ts'
import { setScene } from './scene.ts'
import { IN_FLIGHT_BYTES, storm } from './storm.ts'

const MIB = 1024 ** 2
const SIZE = 96 * MIB
const NOTICED_MS = 16_000

beforeAll(() => buildOutputs(['cli']))

test(
  '[B1] connections that are reset or ended at random moments cost what was on its way and nothing else',
  async () => {
    const scene = setScene()
    for (const name of ['a.bin', 'b.bin', 'c.bin']) scene.addSource(name, 64 * MIB)
    const before = await scene.before()
    const receiver = await scene.receive()
    const proxy = await startProxy(() => receiver.port)
    const chance = chanceFor('B1')
    const rounds = sizeOf({ short: 10, full: 100 })

    const { arrivedBytes, ...ending } = await storm({
      scene,
      proxy,
      chance,
      rounds,
      async strike(sender) {
        if (chance.next() < 0.5) proxy.cut()
        else proxy.fin()
        return sender
      },
    })

    expect(proxy.forwarded()).toBeLessThanOrEqual(arrivedBytes * 1.01 + rounds * IN_FLIGHT_BYTES)
    await expectInvariants(scene, { before, receiver, ...ending })
  },
  sizeOf({ short: 120_000, full: 30 * 60_000 }),
)

test('[B2] a network that swallows everything is noticed in 16 seconds, and the upload goes on when it is back', () =>
  sendThroughABlackHole({ stayMs: 0 }))

test.skipIf(!isFullRun)(
  '[B2] after a minute without a network the upload goes on within a minute',
  () => sendThroughABlackHole({ stayMs: 45_000 }),
  180_000,
)

async function sendThroughABlackHole({ stayMs }: { stayMs: number }): Promise<void> {
  const scene = setScene()
  const film = scene.addSource('film.mov', SIZE)
  const before = await scene.before()
  const receiver = await scene.receive()
  const proxy = await startProxy(() => receiver.port)
  const engine = await withEngine()
  await addTo(engine, [film], { receiver: `127.0.0.1:${proxy.port}` })
  await proxy.passed(SIZE / 4)

  const bringBack = proxy.blackHole()
  const [upload] = await untilAll(engine, ({ status }) => status.kind === 'interrupted', NOTICED_MS)
  expect(upload?.status).toMatchObject({ reason: 'UNREACHABLE' })
  await delay(stayMs)
  bringBack()
  engine.wake()

  const [done] = await untilAll(engine, ({ status }) => status.kind === 'done', 60_000)
  expect(done?.status.kind === 'done' && done.status.bytesSent).toBeLessThanOrEqual(SIZE + IN_FLIGHT_BYTES)
  await engine.close()
  await expectInvariants(scene, { before, receiver, arrived: { 'film.mov': 'film.mov' } })
}

test('[B3] a stream that only half died does not hold the upload: the next one gets its first answer within a second', async () => {
  const scene = setScene()
  const before = await scene.before()
  const receiver = await scene.receive()
  const proxy = await startProxy(() => receiver.port)
  const [old, fresh] = [connect(proxy.port), connect(receiver.port)]
  const file = source('film.mov', randomBytes(4 * CHUNK_BYTES))
  const [first, second, third, fourth] = chunksOf(file)
  if (!first || !second || !third || !fourth) throw new Error('Expected four chunks.')

  const stale = openStream(old, await begin(old, file))
  stale.call.write(first)
  await stale.next()
  proxy.holdAfter(0)
  stale.call.write(second)

  const askedAtMs = performance.now()
  const begun = await begin(fresh, file)
  const stream = openStream(fresh, begun)
  stream.call.write(third)
  await stream.next()
  expect(performance.now() - askedAtMs).toBeLessThan(1000)

  // What the old stream had under way arrives at last, and is refused.
  proxy.release()
  expect(await refusalOf(stale.acks)).toBe('ABORTED PREEMPTED')
  expect((await begin(fresh, file)).stored.map(({ start }) => Number(start))).toEqual([0, 2 * CHUNK_BYTES])

  const again = await begin(fresh, file)
  const last = openStream(fresh, again)
  for (const chunk of [second, fourth]) last.call.write(chunk)
  last.call.end()
  await last.acks
  expect(await finish(fresh, again, file.data)).toMatchObject({ md5: md5Of(file.data) })
  for (const client of [old, fresh]) client.close()
  scene.sources.set('film.mov', sha256Of(file.data))
  await expectInvariants(scene, { before, receiver, arrived: { 'film.mov': 'film.mov' } })
})

test('[B4] a sender that comes back from another address goes on with its upload', async () => {
  const scene = setScene()
  const film = scene.addSource('film.mov', SIZE)
  const before = await scene.before()
  const receiver = await scene.receive()
  const proxy = await startProxy(() => receiver.port)
  const sender = scene.send([film], proxy.port)
  await proxy.passed(SIZE / 2)

  proxy.comeFrom('127.0.0.2')
  proxy.cut()

  expect(await sender.ended(), sender.errors()).toBe(0)
  const { bytesSent } = await sender.event('done')
  expect(Number(bytesSent)).toBeLessThanOrEqual(SIZE + IN_FLIGHT_BYTES)
  await expectInvariants(scene, { before, receiver, arrived: { 'film.mov': 'film.mov' } })
})

test.each([
  // A sender that waited for each answer would come to a few MiB; the short run shares its machine.
  { roundTripMs: 10, atLeastMib: sizeOf({ short: 8, full: 40 }) },
  { roundTripMs: 50, atLeastMib: sizeOf({ short: 6, full: 10 }) },
  { roundTripMs: 200, atLeastMib: 4 },
])(
  '[B6] with a round trip of $roundTripMs ms nothing times out, and more than $atLeastMib MiB go through in a second',
  async ({ roundTripMs, atLeastMib }) => {
    const scene = setScene()
    const size = sizeOf({ short: 64, full: 512 }) * MIB
    const film = scene.addSource('film.mov', size)
    const before = await scene.before()
    const receiver = await scene.receive()
    const proxy = await startProxy(() => receiver.port)
    proxy.setDelay(roundTripMs / 2)
    const sender = scene.send([film], proxy.port)
    await proxy.passed(1)
    const startedAtMs = performance.now()
    await proxy.passed(size)
    const seconds = (performance.now() - startedAtMs) / 1000

    expect(size / MIB / seconds).toBeGreaterThan(atLeastMib)
    expect(await sender.ended(), sender.errors()).toBe(0)
    expect(await sender.event('done')).toMatchObject({ bytesSent: size })
    await expectInvariants(scene, { before, receiver, arrived: { 'film.mov': 'film.mov' } })
  },
)

test('[B7] on a link of 10 KB/s a file takes the time it takes: slow is not dead', async () => {
  const scene = setScene()
  // Many pings have to find their way between the chunks; the short run has time for a few.
  const size = sizeOf({ short: 150, full: 1000 }) * 1024
  const note = scene.addSource('note.pdf', size)
  const before = await scene.before()
  const receiver = await scene.receive()
  const proxy = await startProxy(() => receiver.port)
  proxy.setRate(10_000)
  const sender = scene.send([note], proxy.port)

  expect(await sender.ended(), sender.errors()).toBe(0)
  expect(await sender.event('done')).toMatchObject({ bytesSent: size })
  await expectInvariants(scene, { before, receiver, arrived: { 'note.pdf': 'note.pdf' } })
}, 240_000)

test('[B7] on a link of 100 KB/s several files at once do not make it look dead', async () => {
  const scene = setScene()
  const size = sizeOf({ short: 400, full: 3000 }) * 1024
  const names = ['a.bin', 'b.bin', 'c.bin', 'd.bin']
  const files = names.map((name) => scene.addSource(name, size))
  const before = await scene.before()
  const receiver = await scene.receive()
  const proxy = await startProxy(() => receiver.port)
  proxy.setRate(100_000)
  const sender = scene.send(files, proxy.port)

  expect(await sender.ended(), sender.errors()).toBe(0)
  expect(proxy.forwarded()).toBeLessThan(names.length * size * 1.05)
  await expectInvariants(scene, { before, receiver, arrived: Object.fromEntries(names.map((name) => [name, name])) })
}, 240_000)

test('[B15] a web proxy in the environment is not asked on the way to a receiver', async () => {
  const scene = setScene()
  const film = scene.addSource('film.mov', 3 * MIB)
  const before = await scene.before()
  const receiver = await scene.receive()
  const nobody = 'http://127.0.0.1:1'
  const env = { http_proxy: nobody, https_proxy: nobody, grpc_proxy: nobody, no_proxy: '', no_grpc_proxy: '' }
  const sender = scene.send([film], receiver.port, { wrapper: { env } })

  expect(await sender.ended(), sender.errors()).toBe(0)
  await expectInvariants(scene, { before, receiver, arrived: { 'film.mov': 'film.mov' } })
})

function sha256Of(data: Buffer): string {
  return createHash('sha256').update(data).digest('hex')
}
