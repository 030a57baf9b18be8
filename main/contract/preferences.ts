/**
 * What the person decides once and what holds until they decide otherwise, as it crosses between the window and the
 * main process. Imports nothing but what the wire knows, too.
 */
import type { DigestKind } from '../../proto/digests.ts'

/**
 * Keep both under different names, replace what is there, leave out what is there already with the same content, or
 * refuse.
 */
export type ConflictPolicy = 'keep-both' | 'overwrite' | 'skip-same' | 'refuse'

/** A policy, or to be asked each time when names are taken. */
export type ConflictChoice = ConflictPolicy | 'ask'

/** What files are verified by: one of the digests, or whichever the receiver names. */
export type DigestChoice = 'receiver' | DigestKind

/** A slower limit could not be told from a receiver that hangs, bytes per second. */
export const LEAST_BYTES_PER_SECOND = 10_000

/** More than this only share the same disks and the same network. */
export const MOST_FILES_AT_ONCE = 16

export type Theme = 'system' | 'light' | 'dark'

/** A language of the window, or whichever of them suits the system. */
export type LanguageChoice = 'system' | 'en' | 'zh-CN'

/** What the computer or the app does once nothing is left to send. */
export type AfterDone = 'nothing' | 'sleep' | 'quit'

/** Hours of the week, in the time of this computer, during which another limit holds than the usual one. */
export type Timetable = {
  /** Days on which the hours begin: 0 is Sunday, 6 is Saturday. At least one, each once. */
  readonly days: readonly number[]
  /** Minutes after midnight, 0 to 1439. */
  readonly fromMinute: number
  /** Minutes after midnight, not within the hours any more. Up to `fromMinute`: it is on the next day. */
  readonly toMinute: number
  /** The limit during these hours, bytes per second; absent: none. */
  readonly bytesPerSecond?: number
}

/** How the app sends and behaves, apart from what has a command of its own. */
export type AppPreferences = {
  /** Files on their way at once, from 1 to {@link MOST_FILES_AT_ONCE}; small ones go together besides. */
  readonly filesAtOnce: number
  /** Holds for files that are begun from now on. Receivers that know only MD5 get that. */
  readonly digest: DigestChoice
  readonly theme: Theme
  readonly language: LanguageChoice
  /** Whether the system's notifications tell of ends and failures. */
  readonly notifications: boolean
  /** Keeps the computer from falling asleep while something is sent. */
  readonly keepAwake: boolean
  /** Shows progress in the system's tray, and lets the app go on there when the window is closed. */
  readonly tray: boolean
  readonly afterDone: AfterDone
  /** Whether `afterDone` holds for the next run too. */
  readonly keepAfterDone: boolean
}

/** What the person decided about how files are sent, and what holds as long as nothing is decided. */
export type Preferences = AppPreferences & {
  /** Most to send in a second over all receivers, bytes; absent: no limit. */
  readonly bytesPerSecond?: number
  /** Hours with another limit; absent: the limit is always the same. */
  readonly timetable?: Timetable
  /** What happens to files added from now on when their name is taken. */
  readonly onConflict: ConflictChoice
  /** Whether receivers are looked for on the local networks. */
  readonly discovery: boolean
  /** Whether the app starts when the person logs in; absent where the system does not let an app decide that. */
  readonly startAtLogin?: boolean
}

/** What is about to happen because nothing is left to send. It can be called off until `atMs` (epoch). */
export type Ending = { readonly action: Exclude<AfterDone, 'nothing'>; readonly atMs: number }

export type PreferenceCommands = {
  /** Bytes per second from now on, also for what is on its way; `undefined`: no limit. */
  limitRate(bytesPerSecond: number | undefined): void
  /** Undefined: the usual limit holds at all hours. */
  setTimetable(timetable: Timetable | undefined): void
  setConflictPolicy(policy: ConflictChoice): void
  setDiscovery(on: boolean): void
  /** Changes what is named, and nothing else. */
  setPreferences(change: Partial<AppPreferences>): void
  setStartAtLogin(on: boolean): void
  /** Calls off what is about to happen because nothing is left to send. */
  callOff(): void
}
