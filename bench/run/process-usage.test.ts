import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { expect, test } from 'vitest'
import { cpuSecondsIn, endedChildrenCpuSeconds, residentMibIn, usageOf } from './process-usage.ts'

const STAT = '77 (a ) b) S 1 77 77 0 -1 4194560 10 20 0 0 150 50 300 25 20 0 1 0 999 1000 10'

test('processor time is read behind a name that holds brackets and spaces', () => {
  expect(cpuSecondsIn(STAT, 'ended-children')).toBe(3.25)
  expect(cpuSecondsIn(STAT, 'with-ended-children')).toBe(5.25)
})

test('resident memory is read in MiB, and a process that is gone has none', () => {
  expect(residentMibIn('Name:\tx\nVmRSS:\t    2048 kB\n')).toBe(2)
  expect(residentMibIn('')).toBe(0)
})

test.skipIf(!existsSync('/proc/self/stat'))(
  'a child that burnt a processor shows in the time of ended children',
  () => {
    const before = endedChildrenCpuSeconds()
    const burn =
      'const untilMs = process.cpuUsage().user / 1000 + 200; while (process.cpuUsage().user / 1000 < untilMs);'
    spawnSync(process.execPath, ['-e', burn])
    expect(endedChildrenCpuSeconds() - before).toBeGreaterThanOrEqual(0.2)
    expect(usageOf(process.pid).residentMib).toBeGreaterThan(10)
  },
)
