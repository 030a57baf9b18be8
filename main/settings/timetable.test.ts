import { afterEach, expect, test } from 'vitest'
import type { Timetable } from '../contract/preferences.ts'
import { limitAt, wallClock } from './timetable.ts'

const [SUNDAY, MONDAY, TUESDAY, FRIDAY, SATURDAY] = [0, 1, 2, 5, 6]
const USUAL = 9_000_000
const OFFICE = 1_000_000
const office: Timetable = {
  days: [MONDAY, TUESDAY, 3, 4, FRIDAY],
  fromMinute: 8 * 60,
  toMinute: 18 * 60,
  bytesPerSecond: OFFICE,
}

const zone = process.env.TZ
afterEach(() => {
  if (zone === undefined) delete process.env.TZ
  else process.env.TZ = zone
})

function at(timetable: Timetable, day: number, hours: number, minutes = 0) {
  return limitAt({ bytesPerSecond: USUAL, timetable }, { day, minute: hours * 60 + minutes })
}

test('without a timetable the limit is always the same', () => {
  expect(limitAt({ bytesPerSecond: USUAL }, { day: MONDAY, minute: 600 })).toBe(USUAL)
  expect(limitAt({}, { day: MONDAY, minute: 600 })).toBeUndefined()
})

test('the limit of the hours holds from their first minute to the one before their end', () => {
  expect(at(office, MONDAY, 7, 59)).toBe(USUAL)
  expect(at(office, MONDAY, 8, 0)).toBe(OFFICE)
  expect(at(office, MONDAY, 17, 59)).toBe(OFFICE)
  expect(at(office, MONDAY, 18, 0)).toBe(USUAL)
  expect(at(office, SATURDAY, 12)).toBe(USUAL)
})

test('hours may have no limit although there is one otherwise', () => {
  const { bytesPerSecond: _, ...free } = office
  expect(at(free, MONDAY, 12)).toBeUndefined()
  expect(at(free, MONDAY, 20)).toBe(USUAL)
})

test('hours over midnight belong to the day on which they begin', () => {
  const night = { ...office, days: [FRIDAY], fromMinute: 22 * 60, toMinute: 6 * 60 }
  expect(at(night, FRIDAY, 5)).toBe(USUAL)
  expect(at(night, FRIDAY, 23)).toBe(OFFICE)
  expect(at(night, SATURDAY, 5, 59)).toBe(OFFICE)
  expect(at(night, SATURDAY, 6)).toBe(USUAL)
  expect(at(night, SATURDAY, 23)).toBe(USUAL)
})

test('the week goes on from Saturday to Sunday', () => {
  const night = { ...office, days: [SATURDAY], fromMinute: 22 * 60, toMinute: 6 * 60 }
  expect(at(night, SUNDAY, 1)).toBe(OFFICE)
  expect(at(night, MONDAY, 1)).toBe(USUAL)
})

test('hours that end when they begin are a whole day', () => {
  const whole = { ...office, days: [MONDAY], fromMinute: 9 * 60, toMinute: 9 * 60 }
  expect(at(whole, MONDAY, 8, 59)).toBe(USUAL)
  expect(at(whole, MONDAY, 9)).toBe(OFFICE)
  expect(at(whole, TUESDAY, 8, 59)).toBe(OFFICE)
  expect(at(whole, TUESDAY, 9)).toBe(USUAL)
})

test('hours mean the clock on the wall, also on days on which it is put forward or back', () => {
  process.env.TZ = 'Europe/Berlin'
  const night = { ...office, days: [SATURDAY], fromMinute: 22 * 60, toMinute: 3 * 60 + 30 }
  const limit = (utc: string) => limitAt({ bytesPerSecond: USUAL, timetable: night }, wallClock(new Date(utc)))
  // In the night to 29 March 2026 the clock goes from 02:00 to 03:00.
  expect(limit('2026-03-29T00:59:00Z')).toBe(OFFICE)
  expect(limit('2026-03-29T01:29:00Z')).toBe(OFFICE)
  expect(limit('2026-03-29T01:30:00Z')).toBe(USUAL)
  // In the night to 25 October 2026 it goes from 03:00 back to 02:00.
  expect(limit('2026-10-25T00:30:00Z')).toBe(OFFICE)
  expect(limit('2026-10-25T01:30:00Z')).toBe(OFFICE)
  expect(limit('2026-10-25T02:30:00Z')).toBe(USUAL)
})
