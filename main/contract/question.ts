/** What happens before anything is queued, as it crosses between the window and the main process. Imports nothing. */

/** How many there are, and the first of them. */
export type Some<T> = { readonly count: number; readonly first: readonly T[] }

/** One question about everything that was added together; only what is a problem is there. */
export type Question = {
  readonly id: string
  /** Files that would be queued; empty folders count. */
  readonly files: number
  readonly receiverId: string
  /** They are more than the receiver has room for. Bytes, what is queued for it already included. */
  readonly noRoom?: { readonly neededBytes: number; readonly freeBytes: number }
  /** Files and folders that cannot be read and would be left out, by name and not by where they lie. */
  readonly unreadable?: Some<string>
  /** Those that the receiver cannot store under their names and that would be left out. */
  readonly refused?: Some<string>
  /** Those that would be stored under another name, because not every system can store theirs. */
  readonly renamed?: Some<{ readonly name: string; readonly storedAs: string }>
  /** Those whose names are taken on the receiver. */
  readonly taken?: Some<string> & {
    /** Of them, those that have the size of what is there, and so may be the same file. */
    readonly sameSize: number
    /** Whether this computer may replace files there. */
    readonly mayOverwrite: boolean
  }
  /** The receiver did not tell in time about all names; there may be more of what is counted of them. */
  readonly isPartial?: true
}

/** What becomes of files whose names are taken: as the policy of that name says, or they are not sent. */
export type TakenAnswer = 'keep-both' | 'overwrite' | 'skip-same' | 'leave-out'

/** Whether what the question was about is queued, or nothing of it. */
export type Answer = {
  readonly go: boolean
  /** For a question with names that are taken. @default 'keep-both' */
  readonly taken?: TakenAnswer
  /** That this is the answer from now on, without being asked. Means nothing with `leave-out`. @default false */
  readonly always?: boolean
}

/** What was added is being looked at, and that takes a while: so many files were found so far. */
export type Looking = { readonly files: number }

export type QuestionCommands = {
  /** A question that is answered already is passed over. */
  answer(questionId: string, answer: Answer): void
  /** Whatever is being looked at is not queued. */
  stopLooking(): void
}
