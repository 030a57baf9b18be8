import { availableParallelism } from 'node:os'
import { defineConfig, type TestProjectInlineConfiguration } from 'vitest/config'
import packageJson from './package.json' with { type: 'json' }
import { MixedSequencer } from './test/support/mixed-sequence.ts'

const rooms = ['proto', 'main', 'renderer', 'server', 'cli', 'scripts', 'chromium-host', 'bench']

/**
 * Most files spend their time waiting, so there are more of them at once than cores; what they share beside those is
 * one disk and one loopback.
 */
const FILES_AT_ONCE = Math.min(availableParallelism() + 3, 8)

/**
 * With real processes, networks and disks a deadline is there for what hangs, and is far from what a busy machine
 * needs.
 */
const SECOND = 1000

function project(name: string, include: readonly string[], timeoutSeconds: number): TestProjectInlineConfiguration {
  const timeoutMs = timeoutSeconds * SECOND
  return {
    extends: true,
    test: {
      name,
      include: [...include],
      testTimeout: timeoutMs,
      hookTimeout: Math.max(timeoutMs, 120 * SECOND),
      sequence: { groupOrder: 1 },
    },
  }
}

/**
 * They come first, and share the modules of a process from one file to the next: to load those anew takes longer than
 * most of the tests.
 */
function unit(include: readonly string[]): TestProjectInlineConfiguration {
  const { test, ...rest } = project('unit', include, 120)
  return { ...rest, test: { ...test, isolate: false, sequence: { groupOrder: 0 } } }
}

/** Files that compute as much as they wait; see there. */
function heavy(name: string, timeoutSeconds: number): TestProjectInlineConfiguration {
  const { test, ...rest } = project(name, [`test/${name}/*.test.ts`], timeoutSeconds)
  return { ...rest, test: { ...test, setupFiles: ['test/support/heavy-seat.ts'] } }
}

/** Chance that a failure tells how to repeat. */
function seeded({ test, ...rest }: TestProjectInlineConfiguration): TestProjectInlineConfiguration {
  return { ...rest, test: { ...test, globalSetup: ['test/faults/choose-seed.ts'] } }
}

/**
 * `unit`: beside the sources. `whole`: what no single file can test, with real processes. `faults`: the same while
 * processes are killed, networks cut and disks full. `abuse`: the receiver against hostile clients. `cluster`: several
 * receivers with real Redis, nginx and object store. `soak`: short random rounds, judged by an oracle. `window`: the
 * built app in its browser.
 */
export default defineConfig({
  define: { 'import.meta.env.LONGSHORE_VERSION': JSON.stringify(packageJson.version) },
  test: {
    maxWorkers: FILES_AT_ONCE,
    sequence: { sequencer: MixedSequencer },
    // What is polled for until then is not there; the default, a second, passes on a busy machine for nobody's fault.
    expect: { poll: { timeout: 15 * SECOND } },
    tags: [
      { name: 'slow', description: 'Takes seconds, or starts programs: `npm run test:quick` leaves it out.' },
      {
        name: 'alone',
        description: 'Measures what a person would feel, so that no other file that computes runs beside it.',
      },
    ],
    projects: [
      unit(rooms.map((room) => `${room}/**/*.test.ts`)),
      project('whole', ['test/{conversation,house,interop,receiving,sending}/*.test.ts'], 120),
      seeded(heavy('faults', 120)),
      seeded(project('abuse', ['test/abuse/*.test.ts'], 180)),
      seeded(heavy('cluster', 180)),
      seeded(heavy('soak', 180)),
      heavy('window', 120),
    ],
  },
})
