import { setTimeout as delay } from 'node:timers/promises'
import { type Admitted, senderOf } from './caller.ts'
import { ReceiveError } from './errors.ts'
import type { FinishedFile } from './finish.ts'

/** How long it counts that a caller asked about a file, ms. */
const ASKED_MS = 60_000
/** Files of one caller that are remembered. */
const MAX_FILES = 1000
/** Callers that are remembered. */
const MAX_CALLERS = 1000
/** How often a call without a chunk looks again whether files are complete that the caller may be sending at this moment, on other calls. */
const LOOKS = 30
/** Between two looks, ms. */
const LOOK_EVERY_MS = 100

/** What is asked about a file when a call without a chunk may be about it: the file if it is complete. */
type IfComplete = (plainId: string, isFirstLook: boolean) => Promise<FinishedFile | undefined>

/** What was asked about a file: what is stored of it, or whether it is whole. */
export type Question = 'query' | 'check'

/** What one caller asked about in the last minute and has not sent a chunk of since, the oldest first. */
type Asked = {
  readonly files: Map<string, { readonly question: Question; readonly atMs: number }>
  /** Until then something may have been asked that is not remembered, ms. */
  isUnsureUntilMs: number
}

/**
 * Which files plain clients asked about. One that finds its file complete has no chunk to send, and makes its `Upload` call all the same: such a call names
 * no file, and only what was asked before tells what it is about.
 */
export class AskedFiles {
  readonly #now: () => number
  readonly #callers = new Map<string, Asked>()
  #isUnsureUntilMs = 0

  /** @param now milliseconds of a clock */
  constructor(now: () => number) {
    this.#now = now
  }

  /** The caller asks about a file. */
  asked(caller: string, plainId: string, question: Question): void {
    const asked = this.#of(caller) ?? this.#add(caller)
    if (asked === undefined) return
    asked.files.delete(plainId)
    if (asked.files.size < MAX_FILES) asked.files.set(plainId, { question, atMs: this.#now() })
    else asked.isUnsureUntilMs = this.#now() + ASKED_MS
  }

  /** The caller sends a chunk of a file. */
  sent(caller: string, plainId: string): void {
    this.#callers.get(caller)?.files.delete(plainId)
  }

  /**
   * What to answer a call without a chunk: the file that the caller asked about first, provided that all are complete that it asked about and has not
   * sent since. That one is then forgotten. Whether a file is whole is also asked at the end, when nothing follows: only where nothing else was asked does
   * that count, and then what was asked last.
   *
   * @throws ReceiveError BAD_ID when it asked about none, or one is not complete.
   */
  async answerFor(caller: string, ifComplete: IfComplete): Promise<FinishedFile> {
    let incomplete = ''
    for (let look = 0; look < LOOKS; look++) {
      if (look > 0) await delay(LOOK_EVERY_MS)
      const asked = this.#of(caller)
      const plainIds = asked === undefined ? [] : inOrder(asked)
      const files = await whileComplete(plainIds, (plainId) => ifComplete(plainId, look === 0))
      if (asked === undefined || plainIds.length === 0) throw noChunk('Ask QueryUploadedChunks for the file before')
      if (this.#now() < asked.isUnsureUntilMs) throw noChunk('This sender asked about too many files at once')
      incomplete = plainIds[files.length] ?? ''
      const [first = ''] = plainIds
      // Two calls may have looked at the same time: each file answers one.
      if (files[0] !== undefined && files.length === plainIds.length && asked.files.delete(first)) return files[0]
    }
    throw noChunk(`This sender asked about “${shortened(incomplete)}”, which is not complete`)
  }

  /** What is remembered of a caller, without what is too old. */
  #of(caller: string): Asked | undefined {
    const asked = this.#callers.get(caller)
    if (asked === undefined) return undefined
    const oldestMs = this.#now() - ASKED_MS
    for (const [plainId, { atMs }] of asked.files) {
      if (atMs > oldestMs) break
      asked.files.delete(plainId)
    }
    if (asked.files.size > 0 || asked.isUnsureUntilMs > this.#now()) return asked
    this.#callers.delete(caller)
    return undefined
  }

  #add(caller: string): Asked | undefined {
    for (const other of this.#callers.keys()) {
      if (this.#callers.size < MAX_CALLERS) break
      this.#of(other)
    }
    if (this.#callers.size >= MAX_CALLERS) {
      this.#isUnsureUntilMs = this.#now() + ASKED_MS
      return undefined
    }
    const asked: Asked = { files: new Map(), isUnsureUntilMs: this.#isUnsureUntilMs }
    this.#callers.set(caller, asked)
    return asked
  }
}

/** Who asks, as far as can be told: nobody may be answered about what somebody else asked. */
export function askerOf(admitted: Admitted): string {
  return JSON.stringify([senderOf(admitted), admitted.address, admitted.forwardedFor])
}

/** The files that a call without a chunk may be about, the likeliest first. */
function inOrder({ files }: Asked): readonly string[] {
  const of = (asked: Question) =>
    [...files].filter(([, { question }]) => question === asked).map(([plainId]) => plainId)
  return [...of('query'), ...of('check').reverse()]
}

/** The files, as far as one after the other is complete. */
async function whileComplete(
  plainIds: readonly string[],
  ifComplete: (plainId: string) => Promise<FinishedFile | undefined>,
): Promise<readonly FinishedFile[]> {
  const files: FinishedFile[] = []
  for (const plainId of plainIds) {
    const file = await ifComplete(plainId)
    if (file === undefined) break
    files.push(file)
  }
  return files
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
