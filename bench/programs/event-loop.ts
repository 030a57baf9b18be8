/**
 * Loaded before a program of Node (`--import`), writes at its end how late its event loop ran: to a file in the folder
 * that the environment names, ms.
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'

const folder = process.env.LONGSHORE_BENCH_EVENT_LOOP
if (folder !== undefined) {
  const RESOLUTION_MS = 1
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  delay.enable()
  process.once('exit', () => {
    const late = (nanoseconds: number): number => Math.max(0, nanoseconds / 1e6 - RESOLUTION_MS)
    const report = { p50Ms: late(delay.percentile(50)), p99Ms: late(delay.percentile(99)), maxMs: late(delay.max) }
    writeFileSync(join(folder, `${process.pid}.json`), JSON.stringify(report))
  })
}
