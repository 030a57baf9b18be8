import { defineConfig } from 'vitest/config'
import packageJson from './package.json' with { type: 'json' }

/** With real processes, networks and disks on a shared machine a deadline may pass for nobody's fault; there, a failure has to show twice. */
const retry = process.env.CI ? 1 : 0

const rooms = ['proto', 'main', 'renderer', 'server', 'cli', 'scripts', 'chromium-host', 'bench']

/**
 * `unit`: beside the sources. `whole`: what no single file can test, with real processes. `faults`: the same while processes are killed, networks cut
 * and disks full, one file at a time because they need the machine. `abuse`: the receiver against hostile clients, one file at a
 * time. `cluster`: several receivers with real Redis, nginx and object store, one file at a time. `soak`: short random rounds, judged by an oracle. `window`:
 * the built app in its browser, one at a time.
 */
export default defineConfig({
  define: { 'import.meta.env.LONGSHORE_VERSION': JSON.stringify(packageJson.version) },
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: rooms.map((room) => `${room}/**/*.test.ts`),
          testTimeout: 60_000,
          hookTimeout: 60_000,
          retry,
        },
      },
      {
        extends: true,
        test: {
          name: 'whole',
          include: ['test/{conversation,house,interop,receiving,sending}/*.test.ts'],
          testTimeout: 120_000,
          hookTimeout: 120_000,
          retry,
        },
      },
      {
        extends: true,
        test: {
          name: 'faults',
          include: ['test/faults/*.test.ts'],
          globalSetup: ['test/faults/choose-seed.ts'],
          testTimeout: 120_000,
          retry,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
      {
        extends: true,
        test: {
          name: 'abuse',
          include: ['test/abuse/*.test.ts'],
          globalSetup: ['test/faults/choose-seed.ts'],
          testTimeout: 180_000,
          retry,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
      {
        extends: true,
        test: {
          name: 'cluster',
          include: ['test/cluster/*.test.ts'],
          globalSetup: ['test/faults/choose-seed.ts'],
          testTimeout: 180_000,
          retry,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
      {
        extends: true,
        test: {
          name: 'soak',
          include: ['test/soak/*.test.ts'],
          globalSetup: ['test/faults/choose-seed.ts'],
          testTimeout: 180_000,
          retry,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
      {
        extends: true,
        test: {
          name: 'window',
          include: ['test/window/*.test.ts'],
          testTimeout: 120_000,
          retry,
          hookTimeout: 120_000,
          fileParallelism: false,
        },
      },
    ],
  },
})
