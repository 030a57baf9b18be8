import { constants } from 'node:fs'
import { access } from 'node:fs/promises'
import { basename } from 'node:path'
import { bytesStored, isSettled, type UploadSnapshot } from './contract.ts'
import type { Question } from './contract-question.ts'
import type { Skipped, WalkedEntry } from './engine/engine.ts'

/** Whether it is readable is asked of so many files at a time. */
const ASKED_AT_ONCE = 64

/** On a slow share a hundred thousand files take minutes to ask about. Those that were not asked about by then fail for themselves, ms. */
const ASK_FOR_AT_MOST_MS = 3000

/** Of those that cannot be read; the others are only counted. */
const NAMES_TOLD = 5

/** A receiver that has less room than this fails soon enough by itself; asking it would make every small addition wait for an answer. Bytes. */
const ASK_FOR_ROOM_FROM = 64 * 1024 * 1024

export type PreflightDeps = {
  readonly uploads: () => readonly UploadSnapshot[]
  /** Free bytes on a receiver; undefined when it does not tell in time. */
  readonly freeBytesOn: (receiver: string) => Promise<number | undefined>
  /** @default asks the system */
  readonly canRead?: (path: string) => Promise<boolean>
  /** @default 3000 */
  readonly askForAtMostMs?: number
  /** Asks the person; false: they would rather not. */
  readonly ask: (question: Omit<Question, 'id'>) => Promise<boolean>
}

/** Looks at everything that is about to be queued together. Answers what is to be queued, and asks the person only when something needs a decision. */
export type Preflight = (
  receiver: string,
  entries: readonly WalkedEntry[],
  skipped: readonly Skipped[],
) => Promise<readonly WalkedEntry[]>

export function createPreflight(deps: PreflightDeps): Preflight {
  const { uploads, freeBytesOn, canRead = isReadable, askForAtMostMs = ASK_FOR_AT_MOST_MS, ask } = deps

  async function roomFor(receiver: string, readable: readonly WalkedEntry[]): Promise<Question['noRoom']> {
    const addedBytes = sum(readable.map(({ identity }) => identity?.sizeBytes ?? 0))
    if (addedBytes < ASK_FOR_ROOM_FROM) return undefined
    const freeBytes = await freeBytesOn(receiver)
    if (freeBytes === undefined) return undefined
    const neededBytes =
      addedBytes +
      sum(
        uploads()
          .filter((upload) => isUnclaimed(upload, receiver))
          .map(sizeOf),
      )
    return neededBytes > freeBytes ? { neededBytes, freeBytes } : undefined
  }

  return async (receiver, entries, skipped) => {
    const [readable, locked] = await sorted(entries, canRead, askForAtMostMs)
    // Nothing is left to decide about; each fails for itself, with what to do about it.
    if (readable.length === 0) return entries
    const names = [
      ...skipped.filter(({ reason }) => reason === 'SOURCE_UNREADABLE').map(({ name }) => basename(name)),
      ...locked.map(({ path }) => path.join('/')),
    ]
    const noRoom = await roomFor(receiver, readable)
    if (noRoom === undefined && names.length === 0) return entries
    const isWanted = await ask({
      files: readable.length,
      receiverId: receiver,
      ...(noRoom !== undefined && { noRoom }),
      ...(names.length > 0 && { unreadable: { count: names.length, names: names.slice(0, NAMES_TOLD) } }),
    })
    return isWanted ? readable : []
  }
}

/** The receiver counts the whole of an upload that has begun as taken. */
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

const sizeOf = ({ sizeBytes }: UploadSnapshot): number => sizeBytes

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0)
}
