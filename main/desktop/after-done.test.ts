import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import type { AfterDone } from '../contract/preferences.ts'
import { TIME_TO_OBJECT_MS, watchForTheEnd } from './after-done.ts'

beforeEach(() => {
  vi.useFakeTimers({ now: 1_000 })
})
afterEach(() => {
  expect(vi.getTimerCount()).toBe(0)
  vi.useRealTimers()
})

function watching(wanted: AfterDone) {
  const said: unknown[] = []
  const watch = watchForTheEnd({
    wanted: () => wanted,
    end: (action) => said.push(`end: ${action}`),
    onChange: (ending) => said.push(ending),
  })
  return { watch, said }
}

test('nothing happens unless the person wanted it', () => {
  const { watch, said } = watching('nothing')
  watch.over()
  expect(said).toEqual([])
})

test('what is to happen is told a minute before, and happens once', () => {
  const { watch, said } = watching('sleep')
  watch.over()
  watch.over()
  const ending = { action: 'sleep', atMs: 1_000 + TIME_TO_OBJECT_MS }
  expect(watch.ending()).toEqual(ending)
  vi.advanceTimersByTime(TIME_TO_OBJECT_MS - 1)
  expect(said).toEqual([ending])
  vi.advanceTimersByTime(1)
  expect(said).toEqual([ending, undefined, 'end: sleep'])
  expect(watch.ending()).toBeUndefined()
})

test('it can be called off until then', () => {
  const { watch, said } = watching('quit')
  watch.over()
  watch.callOff()
  watch.callOff()
  vi.advanceTimersByTime(2 * TIME_TO_OBJECT_MS)
  expect(said).toEqual([expect.objectContaining({ action: 'quit' }), undefined])
})
