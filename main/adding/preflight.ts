import { constants } from 'node:fs'
import { access } from 'node:fs/promises'
import { basename } from 'node:path'
import { bytesStored, isSettled, type UploadSnapshot } from '../contract/contract.ts'
import type { ConflictChoice, ConflictPolicy } from '../contract/preferences.ts'
import type { Answer, Question } from '../contract/question.ts'
import type { Engine, NameToCheck, Skipped, ToQueue, WalkedEntry } from '../engine/engine.ts'
import { policyOf, questionsOf, someOf, sortNames, treated } from './preflight-names.ts'

/** So many files at a time are checked for being readable. */
const ASKED_AT_ONCE = 64

/**
 * Checking a hundred thousand files takes minutes on a slow network drive. After this, ms, the rest is not checked, and
 * each file fails by itself.
 */
const ASK_FOR_AT_MOST_MS = 3000

/**
 * Additions that are smaller than this are not compared with the room on the receiver, bytes: without room they fail
 * soon enough, and asking would make every small addition wait for an answer.
 */
const ASK_FOR_ROOM_FROM = 64 * 1024 * 1024

export type PreflightDeps = {
  readonly engine: Pick<Engine, 'list' | 'freeBytesOn' | 'checkNames'>
  /** @default asks the system */
  readonly canRead?: (path: string) => Promise<boolean>
  /** @default 3000 */
  readonly askForAtMostMs?: number
  readonly ask: (question: Omit<Question, 'id'>) => Promise<Answer>
  /** The person wants no more questions about names that are taken. */
  readonly keep: (policy: ConflictPolicy) => void
}

/** Everything that is about to be queued together. */
export type Addition = {
  readonly receiver: string
  readonly entries: readonly WalkedEntry[]
  readonly skipped: readonly Skipped[]
  readonly onConflict: ConflictChoice
}

/**
 * Looks at everything that is about to be queued together. Answers what is to be queued, and asks the person only when
 * something needs a decision.
 */
export type Preflight = (addition: Addition) => Promise<readonly ToQueue[]>

export function createPreflight(deps: PreflightDeps): Preflight {
  const { engine, canRead = isReadable, askForAtMostMs = ASK_FOR_AT_MOST_MS, ask, keep } = deps

  function noRoomFor(entries: readonly WalkedEntry[], receiver: string, freeBytes: number): Question['noRoom'] {
    const queued = engine.list().filter((upload) => isUnclaimed(upload, receiver))
    const neededBytes = bytesOf(entries) + sum(queued.map(sizeOf))
    return neededBytes > freeBytes ? { neededBytes, freeBytes } : undefined
  }

  return async ({ receiver, entries, skipped, onConflict }) => {
    const [readable, locked] = await sorted(entries, canRead, askForAtMostMs)
    const [checked, freeBytes] = await Promise.all([
      engine.checkNames(receiver, readable.map(nameOf)),
      bytesOf(readable) < ASK_FOR_ROOM_FROM ? undefined : engine.freeBytesOn(receiver),
    ])
    const names = sortNames(readable, checked)
    // Nothing is left to decide: each file fails by itself, and says what to do.
    if (names.storable.length === 0) return entries
    const unreadable = [
      ...skipped.filter(({ reason }) => reason === 'SOURCE_UNREADABLE').map(({ name }) => basename(name)),
      ...locked.map(({ path }) => path.join('/')),
    ]
    const noRoom = freeBytes === undefined ? undefined : noRoomFor(names.storable, receiver, freeBytes)
    const problems = {
      ...(noRoom !== undefined && { noRoom }),
      ...(unreadable.length > 0 && { unreadable: someOf(unreadable) }),
      ...questionsOf(names, onConflict),
    }
    const policy = policyOf(onConflict)
    if (Object.keys(problems).length === 0) return treated(names, policy)
    const { go, taken, always } = await ask({ files: names.storable.length, receiverId: receiver, ...problems })
    if (!go) return []
    if (always === true && taken !== undefined && taken !== 'leave-out') keep(taken)
    return treated(names, taken ?? policy)
  }
}

/** For an upload that has begun, the receiver counts all of its bytes as taken. */
function isUnclaimed(upload: UploadSnapshot, receiver: string): boolean {
  return upload.receiver === receiver && !isSettled(upload.status) && bytesStored(upload) === 0
}

async function sorted(
  entries: readonly WalkedEntry[],
  canRead: (path: string) => Promise<boolean>,
  askForAtMostMs: number,
) {
  const readable: WalkedEntry[] = []
  const locked: WalkedEntry[] = []
  const untilMs = performance.now() + askForAtMostMs
  for (let at = 0; at < entries.length; at += ASKED_AT_ONCE) {
    if (performance.now() > untilMs) return [[...readable, ...entries.slice(at)], locked] as const
    const some = entries.slice(at, at + ASKED_AT_ONCE)
    const can = await Promise.all(some.map(({ source }) => canRead(source)))
    for (const [index, entry] of some.entries()) (can[index] ? readable : locked).push(entry)
  }
  return [readable, locked] as const
}

async function isReadable(path: string): Promise<boolean> {
  return access(path, constants.R_OK).then(
    () => true,
    () => false,
  )
}

function nameOf({ path, identity }: WalkedEntry): NameToCheck {
  return { path, sizeBytes: identity?.sizeBytes ?? 0 }
}

function bytesOf(entries: readonly WalkedEntry[]): number {
  return sum(entries.map(({ identity }) => identity?.sizeBytes ?? 0))
}

const sizeOf = ({ sizeBytes }: UploadSnapshot): number => sizeBytes

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
