import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { buildOutputs } from '../support/build.ts'
import type { LongshoreProcess } from '../support/longshore-process.ts'
import { startProxy } from '../support/net/proxy.ts'
import { expectInvariants, expectNoWrongFile, expectStoredBytes } from './invariants.ts'
import { chanceFor, sizeOf } from './run-size.ts'
import { BYSTANDER, type Scene, setScene } from './scene.ts'
import { acknowledgedBy, IN_FLIGHT_BYTES, storm } from './storm.ts'
import { finalFiles } from './tree.ts'

const MIB = 1024 ** 2
const ROUNDS = sizeOf({ short: 5, full: 200 })
const STORM_MS = sizeOf({ short: 120_000, full: 40 * 60_000 })

beforeAll(() => buildOutputs(['cli']))

test(
  '[A1] kill -9 of the receiver at random moments costs what was on its way and nothing else',
  async () => {
    const scene = setScene()
    for (const name of ['a.bin', 'b.bin', 'c.bin']) scene.addSource(name, 64 * MIB)
    const before = await scene.before()
    let receiver = await scene.receive()
    const proxy = await startProxy(() => receiver.port)
    let sentBytes = 0

    const { arrivedBytes, ...ending } = await storm({
      scene,
      proxy,
      chance: chanceFor('A1'),
      rounds: ROUNDS,
      async strike(sender) {
        await killed(receiver)
        await expectAcknowledgedIsStored(scene, sender)
        receiver = await scene.receive()
        return sender
      },
    })

    for (const { lines } of scene.processes) {
      for (const line of lines.map((text) => JSON.parse(text))) {
        if (line.event === 'summary') sentBytes += line.bytesSent
      }
    }
    expect(sentBytes - arrivedBytes).toBeLessThanOrEqual(ROUNDS * IN_FLIGHT_BYTES)
    await expectInvariants(scene, { before, receiver, ...ending })
  },
  STORM_MS,
)

test(
  '[A4] kill -9 of the sender at random moments: the same command goes on, and sends what was on its way once more',
  async () => {
    const scene = setScene()
    for (const name of ['a.bin', 'b.bin', 'c.bin']) scene.addSource(name, 64 * MIB)
    const before = await scene.before()
    const receiver = await scene.receive()
    const proxy = await startProxy(() => receiver.port)

    const { arrivedBytes, ...ending } = await storm({
      scene,
      proxy,
      chance: chanceFor('A4'),
      rounds: ROUNDS,
      async strike(sender, resend) {
        await killed(sender)
        return resend()
      },
    })

    // Headers and the chunks' own fields are part of what went through.
    const wireBytes = arrivedBytes * 1.01 + ROUNDS * IN_FLIGHT_BYTES
    expect(proxy.forwarded()).toBeLessThanOrEqual(wireBytes)
    await expectInvariants(scene, { before, receiver, ...ending })
  },
  STORM_MS,
)

test.each(['receiver', 'sender'] as const)(
  '[A1 A4] kill -9 of the %s after 40 percent of a big file: it is finished after the restart, with 64 MiB sent twice at most',
  async (victim) => {
    const scene = setScene()
    const size = sizeOf({ short: 128, full: 512 }) * MIB
    const film = scene.addSource('film.mov', size)
    const before = await scene.before()
    let receiver = await scene.receive()
    const proxy = await startProxy(() => receiver.port)
    let sender = scene.send([film], proxy.port)
    await proxy.passed(0.4 * size)

    let acknowledged = 0
    if (victim === 'receiver') {
      await killed(receiver)
      await expectAcknowledgedIsStored(scene, sender)
      receiver = await scene.receive()
    } else {
      await killed(sender)
      acknowledged = acknowledgedBy(sender).get('film.mov') ?? 0
      expect(acknowledged).toBeGreaterThan(0)
      sender = scene.send([film], proxy.port)
    }

    expect(await sender.ended(), sender.errors()).toBe(0)
    const { bytesSent } = await sender.event('done')
    expect(Number(bytesSent) + acknowledged).toBeLessThanOrEqual(size + 64 * MIB)
    await expectInvariants(scene, { before, receiver, arrived: { 'film.mov': 'film.mov' } })
  },
  sizeOf({ short: 60_000, full: 300_000 }),
)

test('[A4] after kill -9 of the sender, the same command does not send again what had arrived', async () => {
  const scene = setScene()
  const [note, film] = [scene.addSource('note.pdf', MIB), scene.addSource('film.mov', 48 * MIB)]
  const receiver = await scene.receive()
  // The film is under way for six seconds, and the note, which gets half of the limit, is done in one.
  const first = scene.send([note, film], receiver.port, { args: ['--limit', '8M'] })
  expect((await first.event('done')).path).toBe(note)
  await killed(first)

  const second = scene.send([note, film], receiver.port)
  await second.ended()
  expect(Object.keys(await finalFiles(scene.box)).sort()).toEqual(['film.mov', BYSTANDER, 'note.pdf'])
})

async function killed({ child, ended }: LongshoreProcess): Promise<void> {
  child.kill('SIGKILL')
  expect(await ended()).toBe('SIGKILL')
}

/** What a sender was told is stored is stored, with the right bytes, though the receiver was killed a moment later. */
async function expectAcknowledgedIsStored(scene: Scene, sender: LongshoreProcess): Promise<void> {
  await expectNoWrongFile(scene)
  const stored = await expectStoredBytes(scene)
  const published = Object.keys(await finalFiles(scene.box)).map((path) => path.split('/').at(-1))
  for (const [name, bytes] of acknowledgedBy(sender)) {
    if (published.includes(name)) continue
    expect(stored.get(name) ?? 0, `stored of ${join(scene.box, name)}`).toBeGreaterThanOrEqual(bytes)
  }
}
