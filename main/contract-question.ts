/** What needs a decision before anything is queued, as it crosses between the window and the main process. Imports nothing. */

/** One question about everything that was added together; only what is a problem is there. */
export type Question = {
  readonly id: string
  /** Files that would be queued; empty folders count. */
  readonly files: number
  readonly receiverId: string
  /** They are more than the receiver has room for. Bytes, what is queued for it already included. */
  readonly noRoom?: { readonly neededBytes: number; readonly freeBytes: number }
  /** Files and folders that cannot be read and would be left out: how many, and the first of them, by name and not by where they lie. */
  readonly unreadable?: { readonly count: number; readonly names: readonly string[] }
}

export type QuestionCommands = {
  /** Queues what the question was about, or nothing of it. A question that is answered already is passed over. */
  answer(questionId: string, go: boolean): void
}
