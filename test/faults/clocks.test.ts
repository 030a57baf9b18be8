import { statSync, utimesSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { beforeAll, expect, test } from 'vitest'
import { buildOutputs } from '../support/build.ts'
import { startProxy } from '../support/net/proxy.ts'
import { expectInvariants } from './invariants.ts'
import { preloaded } from './preloaded.ts'
import { setScene } from './scene.ts'
import { IN_FLIGHT_BYTES } from './storm.ts'

const SIZE = 16 * 1024 ** 2
const YEAR_MS = 365.25 * 86_400_000

/**
 * A clock that is off by so much, until a signal sets it off by as much the other way. The clock that timers run by is
 * another one, as in real life.
 */
const wrongClock = (offMs: number) =>
  preloaded(`
    let offMs = ${offMs}
    process.on('SIGUSR2', () => {
      offMs = -offMs
      process.stderr.write('The clock says ' + new Date().getFullYear() + '\\n')
    })
    const RealDate = Date
    globalThis.Date = class extends RealDate {
      constructor(...told) {
        super(...(told.length === 0 ? [RealDate.now() + offMs] : told))
      }
      static now() {
        return RealDate.now() + offMs
      }
    }
  `)

beforeAll(() => buildOutputs(['cli']))

test.each([
  ['ahead', 10],
  ['behind', -10],
])(
  '[G10] a sender whose clock is ten years %s, and then set by twenty years, runs into no deadline and sends no byte twice',
  async (_far, years) => {
    const scene = setScene()
    const film = scene.addSource('film.mov', SIZE)
    const inTenYears = new Date(Math.round((Date.now() + 10 * YEAR_MS) / 1000) * 1000)
    utimesSync(film, inTenYears, inTenYears)
    const before = await scene.before()
    const receiver = await scene.receive()
    const proxy = await startProxy(() => receiver.port)
    proxy.holdAfter(SIZE / 2)
    const sender = scene.send([film], proxy.port, { wrapper: { env: wrongClock(years * YEAR_MS) } })
    await proxy.passed(SIZE / 2)

    sender.child.kill('SIGUSR2')
    const year = new Date(Date.now() - years * YEAR_MS).getFullYear()
    await expect.poll(sender.errors, { timeout: 60_000 }).toContain(`The clock says ${year}`)
    // A timer that counts by the clock would fire now.
    await delay(500)
    proxy.release()

    expect(await sender.ended(), sender.errors()).toBe(0)
    expect(await sender.event('done')).toMatchObject({ bytesSent: SIZE })
    expect(statSync(join(scene.box, 'film.mov')).mtimeMs).toBe(inTenYears.getTime())
    await expectInvariants(scene, { before, receiver, arrived: { 'film.mov': 'film.mov' } })
  },
)

test('[G10] a sender whose clock is set by twenty years goes on after the receiver was killed', async () => {
  const scene = setScene()
  const film = scene.addSource('film.mov', SIZE)
  const before = await scene.before()
  let receiver = await scene.receive()
  const proxy = await startProxy(() => receiver.port)
  const sender = scene.send([film], proxy.port, { wrapper: { env: wrongClock(10 * YEAR_MS) } })
  await proxy.passed(SIZE / 2)

  receiver.child.kill('SIGKILL')
  await receiver.ended()
  sender.child.kill('SIGUSR2')
  await expect.poll(sender.errors, { timeout: 60_000 }).toContain('The clock says')
  receiver = await scene.receive()

  expect(await sender.ended(), sender.errors()).toBe(0)
  const { bytesSent } = await sender.event('done')
  expect(Number(bytesSent)).toBeLessThanOrEqual(SIZE + IN_FLIGHT_BYTES)
  await expectInvariants(scene, { before, receiver, arrived: { 'film.mov': 'film.mov' } })
})
