import { PerformanceObserver } from 'node:perf_hooks'
import { expect, test } from 'vitest'
import { countArrived } from './young-garbage.ts'

const MIB = 1024 ** 2

test('after some mebibytes have arrived there is a short collection each time', async () => {
  const kinds: number[] = []
  const observer = new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) kinds.push((entry as unknown as { detail: { kind: number } }).detail.kind)
  })
  observer.observe({ entryTypes: ['gc'] })
  for (let arrived = 0; arrived < 64; arrived++) countArrived(MIB)
  // A scavenge, which looks at young memory only.
  await expect.poll(() => kinds.filter((kind) => kind === 1).length).toBeGreaterThanOrEqual(8)
  observer.disconnect()
})

test('nobody else can collect afterwards', () => {
  countArrived(100 * MIB)
  expect(globalThis.gc).toBeUndefined()
})
