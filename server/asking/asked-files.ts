import { createHash } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { ReceiveError } from '../base/errors.ts'
import { Shares } from '../base/shares.ts'
import { type Admitted, senderOf } from '../calls/caller.ts'
import type { FinishedFile } from '../sessions/finish.ts'

/** How long it counts that a caller asked about a file, ms. */
const ASKED_MS = 60_000
/** Files of one caller that are remembered. */
const MAX_FILES = 1000
/** Callers that are remembered. */
const MAX_CALLERS = 1000
/** Files that are remembered of all of them together; each may have an id of 255 characters. */
const MAX_FILES_IN_ALL = 50_000
/**
 * How often a call without a chunk looks again whether files are complete that the caller may be sending at this
 * moment, on other calls.
 */
const LOOKS = 30
/** Between two looks, ms. */
const LOOK_EVERY_MS = 100

/**
 * How far a file is: there and whole, begun, or nothing of it is known, so that it may be a new file, and an empty one.
 */
export type HowFar =
  | { readonly kind: 'complete'; readonly file: FinishedFile }
  | { readonly kind: 'begun' }
  | { readonly kind: 'unknown' }

/** Tells how far a file is that a call without a chunk may be about. */
type Look = (clientFileId: string, isFirstLook: boolean) => Promise<HowFar>

/** What was asked about a file: what is stored of it, or whether it is whole. */
export type Question = 'query' | 'check'

type Asked = {
  /** For whom it counts; see {@link senderOf}. */
  readonly sender: string
  /** What one caller asked about in the last minute and has not sent a chunk of since, the oldest first. */
  readonly files: Map<string, { readonly question: Question; readonly atMs: number }>
  /** When it sent a chunk last, of the files that it sent any of in the last minute, ms; the oldest first. */
  readonly sentAtMs: Map<string, number>
  /** Until then something may have been asked that is not remembered, ms. */
  isUnsureUntilMs: number
  /** Until then a file may have been sent that is not remembered, ms. */
  areChecksUnsureUntilMs: number
}

/**
 * Which files three-RPC clients asked about. One that finds its file complete has no chunk to send, and makes its
 * `Upload` call all the same: such a call names no file, and only what was asked before tells what it is about.
 */
export class AskedFiles {
  readonly #now: () => number
  readonly #callers = new Map<string, Asked>()
  readonly #files = new Shares(() => MAX_FILES_IN_ALL)
  readonly #callersOf = new Shares(() => MAX_CALLERS)
  #isUnsureUntilMs = 0

  /** @param now milliseconds of a clock */
  constructor(now: () => number) {
    this.#now = now
  }

  /**
   * The caller asks about a file. Whether one is whole that it has just sent tells nothing about what it sends next.
   */
  asked(caller: string, clientFileId: string, question: Question): void {
    const asked = this.#of(caller) ?? this.#add(caller)
    if (asked === undefined || (question === 'check' && isSent(asked, clientFileId, this.#now()))) return
    const mayRemember = this.#mayRemember(asked)
    this.#counted(asked, ({ files }) => {
      files.delete(clientFileId)
      if (mayRemember && files.size < MAX_FILES) files.set(clientFileId, { question, atMs: this.#now() })
      else asked.isUnsureUntilMs = this.#now() + ASKED_MS
    })
  }

  /** The caller sends a chunk of a file. */
  sent(caller: string, clientFileId: string): void {
    const asked = this.#callers.get(caller) ?? this.#add(caller)
    if (asked === undefined) return
    this.#counted(asked, ({ files }) => files.delete(clientFileId))
    this.#remember(asked, clientFileId)
  }

  /** A call ends that brought chunks of a file. What was asked meanwhile counts. */
  ended(caller: string, clientFileId: string): void {
    const asked = this.#callers.get(caller) ?? this.#add(caller)
    if (asked !== undefined) this.#remember(asked, clientFileId)
  }

  #remember(asked: Asked, clientFileId: string): void {
    const mayRemember = this.#mayRemember(asked) || asked.sentAtMs.has(clientFileId)
    this.#counted(asked, ({ sentAtMs }) => {
      sentAtMs.delete(clientFileId)
      if (mayRemember) sentAtMs.set(clientFileId, this.#now())
    })
    if (mayRemember && asked.sentAtMs.size <= MAX_FILES) return
    this.#forgetOld(asked)
    const [oldest] = asked.sentAtMs.keys()
    if (mayRemember && (asked.sentAtMs.size <= MAX_FILES || oldest === undefined)) return
    if (mayRemember) this.#counted(asked, ({ sentAtMs }) => sentAtMs.delete(oldest ?? ''))
    asked.areChecksUnsureUntilMs = this.#now() + ASKED_MS
  }

  /** Whether there is room for another file of a caller, when everything that is too old is forgotten. */
  #mayRemember({ sender }: Asked): boolean {
    if (this.#files.mayTake(sender)) return true
    for (const caller of this.#callers.keys()) this.#of(caller)
    return this.#files.mayTake(sender)
  }

  /** Counts what a change of what is remembered adds or takes away. */
  #counted<T>(asked: Asked, change: (asked: Asked) => T): T {
    const size = () => asked.files.size + asked.sentAtMs.size
    const before = size()
    const changed = change(asked)
    this.#files.add(asked.sender, size() - before)
    return changed
  }

  /**
   * What to answer a call without a chunk: the first complete one of the files that the caller asked about and has not
   * sent since, which is then forgotten. It cannot be about one of which a part is stored, for that has chunks to send.
   * It may be about one that nothing is known of, for an empty file may have none: there is no answer before that one
   * is begun. Whether a file is whole is also asked at the end, when nothing follows: only where nothing else was asked
   * does that count, and then what was asked last.
   *
   * @throws ReceiveError BAD_ID when it asked about none, nothing is known of one, or none is complete.
   */
  async answerFor(caller: string, look: Look): Promise<FinishedFile> {
    let because = ''
    for (let looks = 0; looks < LOOKS; looks++) {
      if (looks > 0) await delay(LOOK_EVERY_MS)
      const asked = this.#of(caller)
      const clientFileIds = asked === undefined ? [] : inOrder(asked)
      const seen = await firstOf(clientFileIds, (clientFileId) => look(clientFileId, looks === 0))
      if (asked === undefined || clientFileIds.length === 0)
        throw noChunk('Ask QueryUploadedChunks for the file before')
      if (this.#now() < asked.isUnsureUntilMs) throw noChunk('This sender asked about too many files at once')
      const name = `This sender asked about “${shortened(seen.clientFileId)}”`
      because = seen.isKnown
        ? `${name}, which is not complete`
        : `${name}, of which nothing is stored, so the call may be about that: send it first`
      // Two calls may have looked at the same time: each file answers one.
      if (seen.file !== undefined && this.#counted(asked, ({ files }) => files.delete(seen.clientFileId)))
        return seen.file
    }
    throw noChunk(because)
  }

  /** What is remembered of a caller, without what is too old. */
  #of(caller: string): Asked | undefined {
    const asked = this.#callers.get(caller)
    if (asked === undefined) return undefined
    this.#forgetOld(asked)
    const { files, sentAtMs, isUnsureUntilMs, areChecksUnsureUntilMs } = asked
    const isUnsure = Math.max(isUnsureUntilMs, areChecksUnsureUntilMs) > this.#now()
    if (files.size > 0 || sentAtMs.size > 0 || isUnsure) return asked
    this.#callers.delete(caller)
    this.#callersOf.give(asked.sender)
    return undefined
  }

  #forgetOld(asked: Asked): void {
    const oldestMs = this.#now() - ASKED_MS
    this.#counted(asked, ({ files, sentAtMs }) => {
      for (const [clientFileId, { atMs }] of files) {
        if (atMs > oldestMs) break
        files.delete(clientFileId)
      }
      for (const [clientFileId, atMs] of sentAtMs) {
        if (atMs > oldestMs) break
        sentAtMs.delete(clientFileId)
      }
    })
  }

  #add(caller: string): Asked | undefined {
    const sender = senderIn(caller)
    for (const other of this.#callers.keys()) {
      if (this.#callersOf.mayTake(sender)) break
      this.#of(other)
    }
    if (!this.#callersOf.take(sender)) {
      this.#isUnsureUntilMs = this.#now() + ASKED_MS
      return undefined
    }
    const isUnsureUntilMs = this.#isUnsureUntilMs
    const asked: Asked = {
      sender,
      files: new Map(),
      sentAtMs: new Map(),
      isUnsureUntilMs,
      areChecksUnsureUntilMs: isUnsureUntilMs,
    }
    this.#callers.set(caller, asked)
    return asked
  }
}

/**
 * Who asks, as far as can be told: nobody may be answered about what somebody else asked. As long whatever a proxy
 * says.
 */
export function askerOf(admitted: Admitted): string {
  const said = JSON.stringify([admitted.address, admitted.forwardedFor])
  return `${createHash('sha256').update(said).digest('hex')} ${senderOf(admitted)}`
}

/** The sender in what {@link askerOf} answers. */
function senderIn(asker: string): string {
  return asker.slice(asker.indexOf(' ') + 1)
}

/** The files that a call without a chunk may be about, the likeliest first. */
function inOrder({ files }: Asked): readonly string[] {
  const of = (asked: Question) =>
    [...files].filter(([, { question }]) => question === asked).map(([clientFileId]) => clientFileId)
  return [...of('query'), ...of('check').reverse()]
}

/** Whether the caller may have sent chunks of a file in the last minute. */
function isSent({ sentAtMs, areChecksUnsureUntilMs }: Asked, clientFileId: string, nowMs: number): boolean {
  return sentAtMs.has(clientFileId) || areChecksUnsureUntilMs > nowMs
}

type Seen = { readonly clientFileId: string; readonly isKnown: boolean; readonly file?: FinishedFile }

/** The first file that is complete, or else without `file` the first that is in the way of an answer. */
async function firstOf(
  clientFileIds: readonly string[],
  look: (clientFileId: string) => Promise<HowFar>,
): Promise<Seen> {
  let complete: Seen | undefined
  for (const clientFileId of clientFileIds) {
    const far = await look(clientFileId)
    if (far.kind === 'unknown') return { clientFileId, isKnown: false }
    if (far.kind === 'complete') complete ??= { clientFileId, isKnown: true, file: far.file }
  }
  return complete ?? { clientFileId: clientFileIds[0] ?? '', isKnown: true }
}

function noChunk(because: string): ReceiveError {
  return new ReceiveError(
    'BAD_ID',
    `The call carried no chunk, so it names no file. ${because}; an empty file is sent as one empty chunk.`,
  )
}

const MOST_CHARACTERS = 64

function shortened(text: string): string {
  return text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)}…` : text
}
