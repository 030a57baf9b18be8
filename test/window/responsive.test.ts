// @module-tag alone

import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { CHUNK_BYTES } from '../../proto/limits.ts'
import { chooseReceiver, openApp, rowOfKind } from '../support/app/open-app.ts'
import { ALL_OUTPUTS, buildOutputs } from '../support/build.ts'
import { longshoreReceive } from '../support/longshore-process.ts'
import { makeFile } from '../support/made-file.ts'
import { tempDir } from '../support/temp-dir.ts'

/** A click that waits a quarter of a second is felt. Loose, as the receiver and the browser share the machine. */
const LONGEST_P99_MS = 250

beforeAll(() => buildOutputs(ALL_OUTPUTS))

test('the main process answers while 256 MiB are hashed and sent', async () => {
  const [home, here, there] = [tempDir(), tempDir(), tempDir()]
  makeFile(join(here, 'film.mov'), 256 * CHUNK_BYTES)
  const receiver = await longshoreReceive(there)
  const { page, dropFiles, main } = await openApp({ home })
  await chooseReceiver(page, `127.0.0.1:${receiver.port}`)
  await main(() => {
    const { monitorEventLoopDelay } = process.getBuiltinModule('node:perf_hooks')
    const delays = monitorEventLoopDelay({ resolution: 10 })
    delays.enable()
    Object.assign(globalThis, { delays })
  }, null)
  await dropFiles([join(here, 'film.mov')], '[data-testid=drop]')
  await rowOfKind(page, 'film.mov', 'done').waitFor({ timeout: 90_000 })
  const { p99Ms, samples } = await main(() => {
    const { delays } = globalThis as unknown as { delays: { count: number; percentile(share: number): number } }
    return { p99Ms: delays.percentile(99) / 1e6, samples: delays.count }
  }, null)
  expect(samples).toBeGreaterThan(20)
  expect(p99Ms).toBeLessThan(LONGEST_P99_MS)
})
