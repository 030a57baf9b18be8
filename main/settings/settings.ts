import { isAbsolute } from 'node:path'
import type { AppPreferences, ConflictChoice, Timetable } from '../contract/preferences.ts'
import { type ReceiverId, THIS_COMPUTER } from '../contract/receivers.ts'
import { readReceiverAddress } from '../engine/net/receiver-address.ts'
import { inEnglish, type NoticeWords } from '../notices/notice-words.ts'
import { openStateFile } from '../state/state-file.ts'
import type { Content, StateFormat } from '../state/state-format.ts'
import type { OpenStore } from '../state/state-store.ts'
import {
  defaultPreferences,
  isConflictChoice,
  isRate,
  isSwitch,
  isTimetable,
  preferenceChecks,
} from './preference-checks.ts'

/** Position and size of the window on the desktop, pixels. */
export type WindowBounds = { readonly x: number; readonly y: number; readonly width: number; readonly height: number }

/** What the person decided. Absent: never decided. */
type Settings = AppPreferences & {
  /** Where new files go. */
  readonly receiver?: ReceiverId
  /** `host:port` that earlier versions sent to without encryption; there until it is a known receiver. */
  readonly plainReceiver?: string
  /** Whether this computer receives. */
  readonly receiveHere?: boolean
  /** Absolute path where received files are put. @default the folder "Longshore" among the downloads */
  readonly receivingFolder: string
  /** Whether receivers are looked for on the local networks. @default true */
  readonly discovery: boolean
  /** Most to send in a second, bytes. */
  readonly bytesPerSecond?: number
  readonly timetable?: Timetable
  /** What happens when a name is taken. @default 'ask' */
  readonly onConflict: ConflictChoice
  readonly windowBounds?: WindowBounds
  /** Absolute path of the folder a dialog was last used in. */
  readonly lastFolder?: string
}

/** Undefined: not decided any more. */
type SettingsPatch = { readonly [S in keyof Settings]?: Settings[S] | undefined }

export type SettingsStore = {
  get(): Settings
  /** Takes effect at once and is saved soon. A failure to save is told as a notice. */
  change(patch: SettingsPatch): void
  flush(): void
}

/**
 * Every decision may be absent and each is checked when it is read. The first version named a receiver by its address,
 * which said nothing of trust.
 */
export const settingsFormat: StateFormat = {
  version: 2,
  migrations: {
    2: (content: Content) => (isAddress(content.receiver) ? { ...content, plainReceiver: content.receiver } : content),
  },
}

export type SettingsDeps = {
  readonly directory: string
  readonly openStore: OpenStore
  /** Version of the app. */
  readonly writtenBy: string
  readonly notify: (message: string) => void
  /** @default in English */
  readonly words?: () => NoticeWords
  /** Told the receiver each time one is chosen, or none any more. */
  readonly onReceiver: (receiver: ReceiverId | undefined) => void
  readonly defaultReceivingFolder: string
  readonly platform: NodeJS.Platform
}

/** Opens the settings; see {@link openStateFile} for what happens when the file is damaged. */
export function openSettings(deps: SettingsDeps): SettingsStore {
  const { notify, words = inEnglish, onReceiver, defaultReceivingFolder, platform } = deps
  const file = openStateFile({
    ...deps,
    name: 'settings',
    holds: 'settings',
    format: settingsFormat,
    parse: parseSettings,
    content: () => worthKeeping(decided),
  })
  // Only decisions are kept, so that a default may change with the next version.
  let decided: Partial<Settings> = file.initial

  const defaults = {
    ...defaultPreferences(platform),
    receivingFolder: defaultReceivingFolder,
    discovery: true,
    onConflict: 'ask',
  } as const

  return {
    get: () => ({ ...defaults, ...decided }),
    change(patch) {
      decided = Object.fromEntries(Object.entries({ ...decided, ...patch }).filter(([, value]) => value !== undefined))
      file.save().catch((cause: unknown) => {
        // A full or read-only disk. The change holds for this run, and the next write carries it too.
        // The same sentence each time, so that a disk that stays full is told once.
        notify(words().settingsNotSaved(cause))
      })
      if ('receiver' in patch) onReceiver(patch.receiver)
    },
    flush: () => file.flush(),
  }
}

/**
 * What happens once all is sent is meant for this evening; nobody should find the computer asleep a week later because
 * of it.
 */
function worthKeeping({ afterDone, ...settings }: Partial<Settings>): Partial<Settings> {
  return settings.keepAfterDone === true && afterDone !== undefined ? { ...settings, afterDone } : settings
}

/**
 * Takes over each setting that makes sense and counts those that do not. Settings of other versions are passed over.
 */
export function parseSettings(content: Readonly<Record<string, unknown>>) {
  const checks = {
    ...preferenceChecks,
    receiver: isReceiver,
    plainReceiver: isAddress,
    receiveHere: isSwitch,
    receivingFolder: isFolder,
    discovery: isSwitch,
    bytesPerSecond: isRate,
    timetable: isTimetable,
    onConflict: isConflictChoice,
    windowBounds: isBounds,
    lastFolder: isFolder,
  } satisfies Record<keyof Settings, (value: unknown) => boolean>
  const present = Object.entries(checks).filter(([name]) => content[name] !== undefined)
  const sound = present.filter(([name, isSound]) => isSound(content[name]))
  const value: Partial<Settings> = Object.fromEntries(sound.map(([name]) => [name, content[name]]))
  return { value, rejectedParts: present.length - sound.length }
}

function isReceiver(value: unknown): boolean {
  return typeof value === 'string' && value !== '' && value.length <= 300
}

function isAddress(value: unknown): boolean {
  if (typeof value !== 'string' || value === THIS_COMPUTER) return false
  const read = readReceiverAddress(value)
  return read.kind === 'address' && read.address === value
}

function isFolder(value: unknown): boolean {
  return typeof value === 'string' && isAbsolute(value) && !value.includes('\0')
}

function isBounds(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false
  const { x, y, width, height }: Partial<Record<keyof WindowBounds, unknown>> = value
  return [x, y, width, height].every(Number.isInteger) && Number(width) > 0 && Number(height) > 0
}
