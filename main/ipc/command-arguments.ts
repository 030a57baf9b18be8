import { isAbsolute } from 'node:path'
import { type Commands, LEAST_BYTES_PER_SECOND } from '../contract/contract.ts'
import type { ReceiptFormat } from '../contract/history.ts'
import type { AppPreferences } from '../contract/preferences.ts'
import { isAnswer, isConflictChoice, isRate, isTimetable, preferenceChecks } from '../settings/preference-checks.ts'

/** More uploads than a window is made for; bounds what one call may cost. */
const MOST_ITEMS = 200_000
const MOST_ID_CHARACTERS = 300
const MOST_ADDRESS_CHARACTERS = 1_000
/** A link holds an address, a fingerprint, a code and a name, escaped. */
const MOST_LINK_CHARACTERS = 4_000
/** The longest path any supported system allows. */
const MOST_PATH_CHARACTERS = 32_768
/** Room for as many paths as items are allowed, each of 300 characters. */
const MOST_CHARACTERS_OF_PATHS = 60_000_000

type ReadArguments = { readonly [C in keyof Commands]: (args: readonly unknown[]) => Parameters<Commands[C]> }

/**
 * Reads the arguments of each command as they came from the page, where nothing can be taken for granted.
 * Throws with a sentence that names what was got; extra arguments are refused too.
 */
export const readArguments: ReadArguments = {
  snapshot: none,
  chooseFiles: none,
  chooseFolder: none,
  pause: onlyIds,
  resume: onlyIds,
  retry: onlyIds,
  cancel: onlyIds,
  clear: onlyIds,
  move(args) {
    count(args, 1, 2)
    return [ids(args[0]), args[1] === undefined ? undefined : id(args[1])]
  },
  reveal: onlyId,
  setReceiver: onlyId,
  beginReceiver(args) {
    count(args, 1)
    return [text(args[0], 'an address or a link', MOST_LINK_CHARACTERS)]
  },
  pairReceiver(args) {
    count(args, 3)
    return [
      text(args[0], 'an address', MOST_ADDRESS_CHARACTERS),
      text(args[1], 'a fingerprint', MOST_ID_CHARACTERS),
      text(args[2], 'a code or a link', MOST_LINK_CHARACTERS),
    ]
  },
  addPlaintextReceiver(args) {
    count(args, 1)
    return [text(args[0], 'an address', MOST_ADDRESS_CHARACTERS)]
  },
  renameReceiver(args) {
    count(args, 2)
    return [id(args[0]), text(args[1], 'a name', MOST_ADDRESS_CHARACTERS)]
  },
  forgetReceiver: onlyId,
  freeBytesOn: onlyId,
  setReceiveHere: onlySwitch,
  inviteDevice: none,
  revokeDevice: onlyId,
  chooseReceivingFolder: none,
  limitRate(args) {
    count(args, 0, 1)
    const [bytesPerSecond] = args
    if (bytesPerSecond === undefined) return [undefined]
    if (!isRate(bytesPerSecond))
      throw refused(`at least ${LEAST_BYTES_PER_SECOND} whole bytes a second`, bytesPerSecond)
    return [bytesPerSecond]
  },
  setConflictPolicy(args) {
    count(args, 1)
    if (!isConflictChoice(args[0])) throw refused('ask, keep-both, overwrite, skip-same or refuse', args[0])
    return [args[0]]
  },
  setDiscovery: onlySwitch,
  setPreferences(args) {
    count(args, 1)
    return [preferences(args[0])]
  },
  setTimetable(args) {
    count(args, 0, 1)
    const [timetable] = args
    if (timetable !== undefined && !isTimetable(timetable)) throw refused('days and hours of a week', timetable)
    return [timetable]
  },
  setStartAtLogin: onlySwitch,
  callOff: none,
  listHistory(args) {
    count(args, 1)
    return [search(args[0])]
  },
  exportHistory(args) {
    count(args, 2)
    if (!isReceiptFormat(args[0])) throw refused(Object.keys(receiptFormats).join(', '), args[0])
    return [args[0], search(args[1])]
  },
  clearHistory: none,
  answer(args) {
    count(args, 2)
    if (!isAnswer(args[1])) throw refused('an answer to a question', args[1])
    return [id(args[0]), args[1]]
  },
  stopLooking: none,
  openReceivingFolder: none,
  dismiss: onlyId,
}

/** Reads the paths of dropped files as the preload sends them. Throws with a sentence that names what was got. */
export function readDroppedPaths(args: readonly unknown[]): readonly string[] {
  count(args, 1)
  let characters = 0
  return list(args[0], 'paths').map((path) => {
    const read = text(path, 'a path', MOST_PATH_CHARACTERS)
    if (!isAbsolute(read) || read.includes('\0')) throw refused('an absolute path', path)
    characters += read.length
    if (characters > MOST_CHARACTERS_OF_PATHS) {
      throw new Error(`Expected paths of at most ${MOST_CHARACTERS_OF_PATHS} characters together but got more.`)
    }
    return read
  })
}

function search(value: unknown): string {
  return text(value, 'what to search for', MOST_ID_CHARACTERS)
}

const receiptFormats = {
  csv: true,
  json: true,
  md5sum: true,
  xxhsum: true,
  sha256sum: true,
} as const satisfies Record<ReceiptFormat, true>

function isReceiptFormat(value: unknown): value is ReceiptFormat {
  return typeof value === 'string' && Object.hasOwn(receiptFormats, value)
}

function preferences(value: unknown): Partial<AppPreferences> {
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) {
    throw refused('preferences', value)
  }
  if (Object.keys(value).length === 0) throw refused('at least one preference', value)
  for (const [name, preferred] of Object.entries(value)) {
    const check = Object.entries(preferenceChecks).find(([known]) => known === name)?.[1]
    if (check === undefined) throw refused('the name of a preference', name)
    if (!check(preferred)) throw refused(`something that ${name} can be`, preferred)
  }
  return value
}

function none(args: readonly unknown[]): [] {
  count(args, 0)
  return []
}

function onlySwitch(args: readonly unknown[]): [boolean] {
  count(args, 1)
  if (typeof args[0] !== 'boolean') throw refused('true or false', args[0])
  return [args[0]]
}

function onlyIds(args: readonly unknown[]): [readonly string[]] {
  count(args, 1)
  return [ids(args[0])]
}

function onlyId(args: readonly unknown[]): [string] {
  count(args, 1)
  return [id(args[0])]
}

function ids(value: unknown): readonly string[] {
  return list(value, 'ids').map(id)
}

function id(value: unknown): string {
  return text(value, 'an id', MOST_ID_CHARACTERS)
}

function list(value: unknown, of: string): readonly unknown[] {
  if (!Array.isArray(value)) throw refused(`a list of ${of}`, value)
  if (value.length > MOST_ITEMS) throw refused(`at most ${MOST_ITEMS} ${of}`, value)
  // Spread, so that a hole in the array is checked as undefined, which is what it reads as.
  return [...value]
}

function text(value: unknown, what: string, mostCharacters: number): string {
  if (typeof value !== 'string') throw refused(what, value)
  if (value.length > mostCharacters) throw refused(`${what} of at most ${mostCharacters} characters`, value)
  return value
}

function count(args: readonly unknown[], least: number, most = least): void {
  if (args.length >= least && args.length <= most) return
  const expected = least === most ? `${least}` : `${least} or ${most}`
  throw new Error(`Expected ${expected} arguments but got ${args.length}.`)
}

function refused(expected: string, got: unknown): Error {
  return new Error(`Expected ${expected} but got ${described(got)}.`)
}

function described(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return `a list of ${value.length}`
  if (typeof value === 'string')
    return value.length > 40 ? `a text of ${value.length} characters` : JSON.stringify(value)
  // Limited, because a huge number written out is longer than anything that is expected.
  if (typeof value === 'bigint') return 'a big number'
  return typeof value === 'object' ? 'an object' : String(value)
}
