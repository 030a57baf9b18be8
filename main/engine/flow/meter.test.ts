import { expect, test } from 'vitest'
import { createMeter, secondsLeft } from './meter.ts'

test('a steady stream is measured at its rate', () => {
  const meter = createMeter(0)
  for (let ms = 100; ms <= 5000; ms += 100) meter.add(1000, ms)
  expect(meter.bytesPerSecond()).toBeCloseTo(10_000, 0)
})

test('nothing is said before there is a sample', () => {
  const meter = createMeter(0)
  meter.add(1000, 50)
  expect(meter.bytesPerSecond()).toBeUndefined()
})

test('one burst moves the rate only in part', () => {
  const meter = createMeter(0)
  for (let ms = 1000; ms <= 10_000; ms += 1000) meter.add(1000, ms)
  meter.add(100_000, 10_300)
  expect(meter.bytesPerSecond()).toBeGreaterThan(1000)
  expect(meter.bytesPerSecond()).toBeLessThan(50_000)
})

test('time left is unknown while nothing moves', () => {
  expect(secondsLeft(100, undefined)).toBeUndefined()
  expect(secondsLeft(100, 0)).toBeUndefined()
  expect(secondsLeft(101, 10)).toBe(11)
})
