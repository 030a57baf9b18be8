import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createReceiverHolds } from './receiver-holds.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test('uploads that fail in one outage share one hold, and are released together', () => {
  const released: string[] = []
  const holds = createReceiverHolds((receiver) => released.push(receiver))
  const untilMs = holds.hold('box')
  expect(holds.hold('box')).toBe(untilMs)
  expect(holds.isHeld('box')).toBe(true)
  expect(holds.isHeld('other')).toBe(false)
  vi.advanceTimersByTime(500)
  expect(released).toEqual(['box'])
  expect(holds.isHeld('box')).toBe(false)
})

test('waits grow while nothing gets further, and start short again after progress', () => {
  const holds = createReceiverHolds(() => undefined)
  const waitMs = (): number => {
    const ms = holds.hold('box') - Date.now()
    vi.advanceTimersByTime(ms)
    return ms
  }
  for (let i = 0; i < 8; i++) waitMs()
  expect(waitMs()).toBeGreaterThan(5000)
  holds.progressed('box')
  expect(waitMs()).toBeLessThanOrEqual(500)
})

test('only a receiver that never answered becomes hopeless, and only after the grace', () => {
  const holds = createReceiverHolds(() => undefined, 3000)
  holds.hold('wrong')
  holds.hold('box')
  holds.reached('box')
  expect(holds.isHopeless('wrong')).toBe(false)
  vi.advanceTimersByTime(3001)
  expect(holds.isHopeless('wrong')).toBe(true)
  expect(holds.isHopeless('box')).toBe(false)
  expect(createReceiverHolds(() => undefined).isHopeless('wrong')).toBe(false)
})
