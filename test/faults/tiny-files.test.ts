import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { beforeAll, expect, test } from 'vitest'
import { buildOutputs } from '../support/build.ts'
import type { LongshoreProcess } from '../support/longshore-process.ts'
import { expectInvariants } from './invariants.ts'
import { preloaded } from './preloaded.ts'
import { peakMib } from './process-facts.ts'
import { isFullRun, sizeOf } from './run-size.ts'
import { type Scene, setScene } from './scene.ts'

const FILES = sizeOf({ short: 1000, full: 100_000 })
const FILES_IN_A_FOLDER = 100
const MOST_MIB = 600

/** A queue that freezes is one that a person waits for; a busy machine may hold up a process for a moment. */
const LONGEST_PAUSE_MS = sizeOf({ short: 1000, full: 2000 })

/** Tells at the end of a process for how long its event loop stood still at most. */
const tellingPauses = preloaded(`
  import { monitorEventLoopDelay } from 'node:perf_hooks'
  const delays = monitorEventLoopDelay({ resolution: 10 })
  delays.enable()
  process.on('exit', () => process.stderr.write('Longest pause: ' + Math.round(delays.max / 1e6) + ' ms\\n'))
`)

beforeAll(() => buildOutputs(['cli']))

test(
  `[G9] ${FILES} tiny files in ${FILES / FILES_IN_A_FOLDER} folders arrive with steady memory on both sides, and the sender never stands still`,
  async () => {
    const scene = setScene()
    const names = tinyFiles(scene, FILES)
    const before = await scene.before()
    const receiver = await scene.receive()
    const sender = scene.send([join(scene.laptop, 'photos')], receiver.port, { wrapper: { env: tellingPauses } })
    const peak = watchPeak(sender)

    expect(await sender.ended(), sender.errors()).toBe(0)
    expect(await sender.event('summary')).toMatchObject({ files: FILES, failed: 0 })
    expect(await peak).toBeLessThan(MOST_MIB)
    expect(peakMib(receiver.child.pid) ?? 0).toBeLessThan(MOST_MIB)
    expect(longestPauseMs(sender)).toBeLessThan(LONGEST_PAUSE_MS)
    await expectInvariants(scene, {
      before,
      receiver,
      arrived: Object.fromEntries(names.map((name) => [name, name])),
    })
  },
  sizeOf({ short: 120_000, full: 30 * 60_000 }),
)

test.skipIf(!isFullRun)(
  '[G9] tiny files arrive at a rate of at least 500 in a second (full run)',
  async () => {
    const scene = setScene()
    const files = 10_000
    tinyFiles(scene, files)
    const receiver = await scene.receive()
    const sender = scene.send([join(scene.laptop, 'photos')], receiver.port)

    expect(await sender.ended(), sender.errors()).toBe(0)
    const { seconds } = await sender.event('summary')
    expect(files / Number(seconds)).toBeGreaterThanOrEqual(500)
  },
  600_000,
)

/** Many small files in many folders; answers their names. */
function tinyFiles(scene: Scene, files: number): readonly string[] {
  return Array.from({ length: files }, (_, index) => {
    const name = `photos/day ${Math.floor(index / FILES_IN_A_FOLDER)}/${index}.txt`
    scene.addSource(name, 100 + (index % 1000))
    return name
  })
}

/** The peak memory of a process until its end, MiB; 0 where it is not known. */
async function watchPeak({ child }: LongshoreProcess): Promise<number> {
  let peak = 0
  while (child.exitCode === null && child.signalCode === null) {
    peak = peakMib(child.pid) ?? 0
    await delay(200)
  }
  return peak
}

function longestPauseMs(sender: LongshoreProcess): number {
  const [, pause] = /^Longest pause: (\d+) ms$/m.exec(sender.errors()) ?? []
  return Number(pause)
}
