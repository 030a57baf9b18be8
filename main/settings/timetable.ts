import type { Preferences, Timetable } from '../contract/preferences.ts'

/** A moment as the clock on the wall shows it, so that hours mean what they say when clocks are put forward or back. */
export type WallClock = {
  /** 0 is Sunday, 6 is Saturday. */
  readonly day: number
  /** Since midnight, by the clock. */
  readonly minute: number
}

export function wallClock(date: Date): WallClock {
  return { day: date.getDay(), minute: date.getHours() * 60 + date.getMinutes() }
}

/** The limit that holds at a moment, bytes per second; undefined: none. */
export function limitAt(
  { bytesPerSecond, timetable }: Pick<Preferences, 'bytesPerSecond' | 'timetable'>,
  at: WallClock,
): number | undefined {
  return timetable !== undefined && isWithin(timetable, at) ? timetable.bytesPerSecond : bytesPerSecond
}

/** Hours that reach over midnight belong to the day on which they begin. */
function isWithin({ days, fromMinute, toMinute }: Timetable, { day, minute }: WallClock): boolean {
  const dayBefore = (day + 6) % 7
  if (fromMinute < toMinute) return days.includes(day) && minute >= fromMinute && minute < toMinute
  return (days.includes(day) && minute >= fromMinute) || (days.includes(dayBefore) && minute < toMinute)
}
