import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { Looking } from '../contract/question.ts'
import { createLookings } from './looking.ts'

function lookings() {
  const told: (Looking | undefined)[] = []
  return { told, ...createLookings((looking) => told.push(looking)) }
}

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test('what is looked at in no time is not told', () => {
  const { told, begin, current } = lookings()
  const look = begin()
  look.found(3)
  vi.advanceTimersByTime(300)
  look.end()
  vi.advanceTimersByTime(1000)
  expect([told, current()]).toEqual([[], undefined])
})

test('what takes longer is told with how much was found, now and then, and when it is over', () => {
  const { told, begin, current } = lookings()
  const look = begin()
  for (let count = 1; count <= 1000; count++) look.found(count)
  vi.advanceTimersByTime(400)
  expect(told).toEqual([{ files: 1000 }])
  for (let count = 1001; count <= 3000; count++) look.found(count)
  expect(told).toHaveLength(1)
  vi.advanceTimersByTime(250)
  expect(told.at(-1)).toEqual({ files: 3000 })
  expect(current()).toEqual({ files: 3000 })
  look.end()
  look.found(4000)
  vi.advanceTimersByTime(1000)
  expect(told).toEqual([{ files: 1000 }, { files: 3000 }, undefined])
})

test('several additions are told as one, and stopped together', () => {
  const { told, begin, stop } = lookings()
  const [one, two] = [begin(), begin()]
  one.found(2)
  two.found(3)
  vi.advanceTimersByTime(400)
  expect(told).toEqual([{ files: 5 }])
  stop()
  expect([one.signal.aborted, two.signal.aborted]).toEqual([true, true])
  one.end()
  two.end()
  expect(told.at(-1)).toBeUndefined()
})
