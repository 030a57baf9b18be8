import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Preferences } from '../contract/preferences.ts'
import { startRateClock } from './rate-clock.ts'

beforeEach(() => {
  vi.useFakeTimers({ now: new Date(2026, 10, 23, 7, 58, 30) })
})
afterEach(() => {
  vi.useRealTimers()
})

const office = { days: [1], fromMinute: 8 * 60, toMinute: 9 * 60, bytesPerSecond: 20_000 }

function started(initial: Pick<Preferences, 'bytesPerSecond' | 'timetable'>) {
  const limits: (number | undefined)[] = []
  let preferences = initial
  const clock = startRateClock({ preferences: () => preferences, limitRate: (limit) => limits.push(limit) })
  return {
    clock,
    limits,
    decide(next: typeof initial) {
      preferences = next
      clock.look()
    },
  }
}

test('the limit changes when the hours begin and when they end, and is told only then', () => {
  const { clock, limits } = started({ timetable: office })
  expect(limits).toEqual([undefined])
  vi.advanceTimersByTime(89_000)
  expect(limits).toEqual([undefined])
  vi.advanceTimersByTime(1_000)
  expect(limits).toEqual([undefined, 20_000])
  vi.advanceTimersByTime(60 * 60_000)
  expect(limits).toEqual([undefined, 20_000, undefined])
  clock.stop()
  expect(vi.getTimerCount()).toBe(0)
})

test('what the person decides counts at once', () => {
  const { clock, limits, decide } = started({})
  decide({ bytesPerSecond: 50_000 })
  decide({ bytesPerSecond: 50_000, timetable: { ...office, fromMinute: 7 * 60 } })
  decide({})
  expect(limits).toEqual([undefined, 50_000, 20_000, undefined])
  clock.stop()
})

test('a computer that slept into the hours has their limit as soon as it looks', () => {
  const { clock, limits } = started({ timetable: office })
  vi.setSystemTime(new Date(2026, 10, 23, 8, 30))
  clock.look()
  expect(limits).toEqual([undefined, 20_000])
  clock.stop()
})
