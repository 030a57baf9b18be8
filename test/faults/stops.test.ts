import { setTimeout as delay } from 'node:timers/promises'
import { beforeAll, expect, test } from 'vitest'
import { addTo } from '../support/add-to.ts'
import { buildOutputs } from '../support/build.ts'
import { startProxy } from '../support/net/proxy.ts'
import { untilAll, untilKind, withEngine } from '../support/with-engine.ts'
import { expectInvariants, expectNoWrongFile } from './invariants.ts'
import { peakMib } from './process-facts.ts'
import { sizeOf } from './run-size.ts'
import { setScene } from './scene.ts'
import { acknowledgedBy, IN_FLIGHT_BYTES } from './storm.ts'

const MIB = 1024 ** 2
const SIZE = 96 * MIB
/**
 * A dead peer is noticed in the silence that is allowed (10 s) and the wait for the answer (5 s), and a second to
 * spare.
 */
const NOTICED_MS = 16_000

beforeAll(() => buildOutputs(['cli']))

/** A film, and a receiver for it behind a proxy. */
async function setFilmScene() {
  const scene = setScene()
  const film = scene.addSource('film.mov', SIZE)
  const before = await scene.before()
  const receiver = await scene.receive()
  const proxy = await startProxy(() => receiver.port)
  return { scene, film, before, receiver, proxy }
}

test.each(['SIGINT', 'SIGTERM'] as const)(
  '[A5] a sender that is asked to quit with %s does so at once, and the same command loses nothing that was acknowledged',
  async (signal) => {
    const { scene, film, before, receiver, proxy } = await setFilmScene()
    proxy.holdAfter(SIZE / 2)
    const first = scene.send([film], proxy.port)
    await first.event('progress', ({ bytesStored }) => Number(bytesStored) > 0)

    const askedAtMs = performance.now()
    first.child.kill(signal)
    expect(await first.ended()).toBe(130)
    expect(performance.now() - askedAtMs).toBeLessThan(2000)
    const acknowledged = acknowledgedBy(first).get('film.mov') ?? 0
    expect(acknowledged).toBeGreaterThan(0)

    proxy.release()
    const second = scene.send([film], proxy.port)
    expect(await second.ended(), second.errors()).toBe(0)
    const { bytesSent } = await second.event('done')
    expect(Number(bytesSent)).toBeLessThanOrEqual(SIZE - acknowledged)
    await expectInvariants(scene, { before, receiver, arrived: { 'film.mov': 'film.mov' } })
  },
)

test('[A6] a receiver that is asked to end does so in ten seconds with status 0, and the upload goes on at the next one', async () => {
  const scene = setScene()
  const film = scene.addSource('film.mov', SIZE)
  const before = await scene.before()
  const first = await scene.receive()
  const sender = scene.send([film], first.port)
  await sender.event('progress', ({ bytesStored }) => Number(bytesStored) > SIZE / 8)

  const askedAtMs = performance.now()
  first.child.kill('SIGTERM')
  expect(await first.ended(), first.errors()).toBe(0)
  expect(performance.now() - askedAtMs).toBeLessThan(10_000)
  await expectNoWrongFile(scene)

  const receiver = await scene.receive({ port: first.port })
  expect(await sender.ended(), sender.errors()).toBe(0)
  const { bytesSent } = await sender.event('done')
  expect(Number(bytesSent)).toBeLessThanOrEqual(SIZE + IN_FLIGHT_BYTES)
  await expectInvariants(scene, { before, receiver, arrived: { 'film.mov': 'film.mov' } })
})

test('[A7] a receiver that hangs is noticed in 16 seconds, and the upload goes on when it moves again', async () => {
  const { scene, film, before, receiver, proxy } = await setFilmScene()
  const engine = await withEngine()
  await addTo(engine, [film], { receiver: `127.0.0.1:${proxy.port}` })
  await proxy.passed(SIZE / 4)

  receiver.child.kill('SIGSTOP')
  const [upload] = await untilAll(engine, ({ status }) => status.kind === 'interrupted', NOTICED_MS)
  expect(upload?.status).toMatchObject({ reason: 'UNREACHABLE' })
  await delay(sizeOf({ short: 0, full: 45_000 }))
  receiver.child.kill('SIGCONT')

  const [done] = await untilKind(engine, 'done')
  expect(done?.bytesSent).toBeLessThanOrEqual(SIZE + 2 * IN_FLIGHT_BYTES)
  await engine.close()
  await expectInvariants(scene, { before, receiver, arrived: { 'film.mov': 'film.mov' } })
})

test(
  '[A8] a sender that slept longer than any connection lasts goes on by itself when it wakes up',
  async () => {
    const { scene, film, before, receiver, proxy } = await setFilmScene()
    const sender = scene.send([film], proxy.port)
    await proxy.passed(SIZE / 4)

    sender.child.kill('SIGSTOP')
    await delay(sizeOf({ short: 20_000, full: 120_000 }))
    sender.child.kill('SIGCONT')

    expect(await sender.ended(), sender.errors()).toBe(0)
    const { bytesSent } = await sender.event('done')
    expect(Number(bytesSent)).toBeLessThanOrEqual(SIZE + 2 * IN_FLIGHT_BYTES)
    await expectInvariants(scene, { before, receiver, arrived: { 'film.mov': 'film.mov' } })
  },
  sizeOf({ short: 120_000, full: 240_000 }),
)

test(
  '[A12] sixteen senders with four streams each do not take a receiver with a heap of 256 MiB beyond bounds (memory: Linux)',
  async () => {
    const scene = setScene()
    const size = sizeOf({ short: 24, full: 512 }) * MIB
    const names = Array.from({ length: 16 }, (_, index) => `film-${index}.mov`)
    const films = names.map((name) => scene.addSource(name, size))
    const before = await scene.before()
    const smallHeap = { env: { NODE_OPTIONS: '--max-old-space-size=256' } }
    const receiver = await scene.receive({ wrapper: smallHeap })

    const senders = films.map((film) => scene.send([film], receiver.port, { wrapper: smallHeap }))
    for (const sender of senders) expect(await sender.ended(), sender.errors()).toBe(0)
    expect(peakMib(receiver.child.pid) ?? 0).toBeLessThan(600)
    await expectInvariants(scene, { before, receiver, arrived: Object.fromEntries(names.map((name) => [name, name])) })
  },
  sizeOf({ short: 240_000, full: 900_000 }),
)
