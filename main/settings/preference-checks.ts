import {
  type AfterDone,
  type AppPreferences,
  type ConflictChoice,
  type DigestChoice,
  type LanguageChoice,
  LEAST_BYTES_PER_SECOND,
  MOST_FILES_AT_ONCE,
  type Theme,
  type Timetable,
} from '../contract/preferences.ts'
import type { Answer, TakenAnswer } from '../contract/question.ts'

const MINUTES_OF_DAY = 24 * 60

/**
 * What holds as long as nothing is decided. Whether a tray can be seen is known on Windows and macOS only, so it is for
 * the person to say elsewhere.
 */
export function defaultPreferences(platform: NodeJS.Platform): AppPreferences {
  return {
    filesAtOnce: 4,
    digest: 'receiver',
    theme: 'system',
    language: 'system',
    notifications: true,
    keepAwake: true,
    tray: platform === 'win32' || platform === 'darwin',
    afterDone: 'nothing',
    keepAfterDone: false,
  }
}

/** Whether a value, from a file or from the page, can be each preference. */
export const preferenceChecks = {
  filesAtOnce: (value) => isWithin(value, MOST_FILES_AT_ONCE + 1) && value !== 0,
  digest: oneOf<DigestChoice>({ receiver: true, md5: true, xxh128: true, sha256: true }),
  theme: oneOf<Theme>({ system: true, light: true, dark: true }),
  language: oneOf<LanguageChoice>({ system: true, en: true, 'zh-CN': true }),
  notifications: isSwitch,
  keepAwake: isSwitch,
  tray: isSwitch,
  afterDone: oneOf<AfterDone>({ nothing: true, sleep: true, quit: true }),
  keepAfterDone: isSwitch,
} satisfies Record<keyof AppPreferences, (value: unknown) => boolean>

export const isConflictChoice = oneOf<ConflictChoice>({
  ask: true,
  'keep-both': true,
  overwrite: true,
  'skip-same': true,
  refuse: true,
})

const isTakenAnswer = oneOf<TakenAnswer>({ 'skip-same': true, 'keep-both': true, overwrite: true, 'leave-out': true })

/** True for what the person can answer to a question, and nothing besides it. */
export function isAnswer(value: unknown): value is Answer {
  if (typeof value !== 'object' || value === null) return false
  const { go, taken, always, ...others }: Partial<Record<'go' | 'taken' | 'always', unknown>> = value
  return (
    Object.keys(others).length === 0 &&
    isSwitch(go) &&
    (taken === undefined || isTakenAnswer(taken)) &&
    (always === undefined || isSwitch(always))
  )
}

export function isSwitch(value: unknown): value is boolean {
  return typeof value === 'boolean'
}

export function isRate(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= LEAST_BYTES_PER_SECOND
}

/** True for whole and sensible hours, and nothing besides them. */
export function isTimetable(value: unknown): value is Timetable {
  if (typeof value !== 'object' || value === null) return false
  const { days, fromMinute, toMinute, bytesPerSecond, ...others }: Partial<Record<keyof Timetable, unknown>> = value
  return (
    Object.keys(others).length === 0 &&
    isDays(days) &&
    isWithin(fromMinute, MINUTES_OF_DAY) &&
    isWithin(toMinute, MINUTES_OF_DAY) &&
    (bytesPerSecond === undefined || isRate(bytesPerSecond))
  )
}

function isDays(value: unknown): boolean {
  if (!Array.isArray(value) || value.length === 0 || value.length > 7) return false
  const days: readonly unknown[] = [...value]
  return days.every((day) => isWithin(day, 7)) && new Set(days).size === days.length
}

function isWithin(value: unknown, end: number): boolean {
  return Number.isInteger(value) && Number(value) >= 0 && Number(value) < end
}

function oneOf<T extends string>(values: Readonly<Record<T, true>>): (value: unknown) => value is T {
  return (value): value is T => typeof value === 'string' && Object.hasOwn(values, value)
}
