import { expect, test } from 'vitest'
import { HISTORY_MS, highestRate, withSample } from './rate-history.ts'

const at = (seconds: number, bytesPerSecond: number) => ({ atMs: seconds * 1000, bytesPerSecond })

test('the history holds the last minutes, with the pauses in between', () => {
  const history = [at(1, 50), at(2, 0), at(3, 80)].reduce(withSample, [] as ReturnType<typeof withSample>)
  expect(history).toEqual([at(1, 50), at(2, 0), at(3, 80)])
  expect(withSample(history, at(HISTORY_MS / 1000 + 2, 10))).toEqual([at(3, 80), at(HISTORY_MS / 1000 + 2, 10)])
  expect(highestRate(history)).toBe(80)
  expect(highestRate([])).toBe(0)
})

test('while nothing was sent for as long as it goes back there is none', () => {
  const none: ReturnType<typeof withSample> = []
  expect(withSample(none, at(1, 0))).toBe(none)
  expect(withSample([at(1, 50)], at(HISTORY_MS / 1000 + 1, 0))).toEqual([])
})
