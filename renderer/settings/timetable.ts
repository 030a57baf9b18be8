import type { Timetable } from '../../main/contract/preferences.ts'

/** What most people mean by hours in which others need the network. */
export const USUAL_HOURS: Timetable = {
  days: [1, 2, 3, 4, 5],
  fromMinute: 8 * 60,
  toMinute: 18 * 60,
  bytesPerSecond: 1_000_000,
}

/** Minutes after midnight as a field for times has them: `08:05`. */
export function shownTime(minute: number): string {
  const [hours, minutes] = [Math.floor(minute / 60), minute % 60]
  return `${String(hours).padStart(2, '0')}:${String(minutes).padStart(2, '0')}`
}

/** Minutes after midnight; undefined when it is not a time. */
export function readTime(typed: string): number | undefined {
  const [, hours, minutes] = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(typed) ?? []
  return hours === undefined || minutes === undefined ? undefined : Number(hours) * 60 + Number(minutes)
}

/** With a day more, or less; the last one stays, as hours without a day would mean nothing. */
export function toggledDay(timetable: Timetable, day: number): Timetable {
  const without = timetable.days.filter((known) => known !== day)
  if (without.length === timetable.days.length) return { ...timetable, days: [...without, day].sort((a, b) => a - b) }
  return without.length === 0 ? timetable : { ...timetable, days: without }
}
