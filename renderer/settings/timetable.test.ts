import { expect, test } from 'vitest'
import { readTime, shownTime, toggledDay, USUAL_HOURS } from './timetable.ts'

test('a time is shown and read again', () => {
  for (const minute of [0, 5, 485, 1439]) expect(readTime(shownTime(minute))).toBe(minute)
  expect(shownTime(485)).toBe('08:05')
})

test.each(['', '24:00', '8:05', '08:60', '08:05:00', 'noon'])('%j is no time', (typed) => {
  expect(readTime(typed)).toBeUndefined()
})

test('a day comes and goes, and the last one stays', () => {
  expect(toggledDay(USUAL_HOURS, 0).days).toEqual([0, 1, 2, 3, 4, 5])
  expect(toggledDay(USUAL_HOURS, 1).days).toEqual([2, 3, 4, 5])
  expect(toggledDay({ ...USUAL_HOURS, days: [3] }, 3).days).toEqual([3])
})
