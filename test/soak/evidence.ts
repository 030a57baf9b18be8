import type { ConflictPolicy } from '../../main/engine/engine.ts'

/**
 * What is known after a round, as plain data: the oracle judges it, and nothing else. Times are milliseconds of one
 * clock, `performance.now()`.
 */
export type Evidence = {
  readonly runs: readonly Run[]
  readonly sources: ReadonlyMap<string, SourceHistory>
  /** What lies in the folder or bucket at the end, by path with `/` between its parts. */
  readonly stored: ReadonlyMap<string, Stored>
  /** Folders below the receiving folder; of a bucket only those that are empty, for which it has objects. */
  readonly folders: readonly string[]
  /** True where names that fold equal are one name. */
  readonly foldsNames: boolean
  /** `received.jsonl`, in its order. */
  readonly log: readonly Logged[]
  readonly records: readonly LedgerRecord[]
  /** What `longshore verify` complains of; undefined where it cannot read, in a bucket. */
  readonly complaints: readonly Complaint[] | undefined
  /** What "a person" moved out of the receiving folder. */
  readonly moves: readonly Move[]
  /** Files of unfinished work in the receiver's own folder at the end. */
  readonly leftovers: readonly Leftover[]
  readonly receiverEnds: readonly ReceiverEnd[]
  /** Attempts to start a second receiver on the same folder. */
  readonly intrusions: readonly Intrusion[]
  /** What became of running all commands of skip-same once more when all was there; undefined when there was none. */
  readonly repeat: Repeat | undefined
}

/** One command, however often it was run. */
export type SenderFacts = {
  readonly name: string
  readonly policy: ConflictPolicy
  /** By the path that the program tells. */
  readonly entries: ReadonlyMap<string, Entry>
  /** Empty folders, as targets. */
  readonly emptyFolders: readonly string[]
}

export type Entry = {
  /** Key of {@link Evidence.sources}. */
  readonly source: string
  /** Where each mention of it in the command goes, below the receiving folder; two when it is named twice. */
  readonly targets: readonly string[]
}

/** One process of a sender. */
export type Run = {
  readonly sender: SenderFacts
  readonly number: number
  readonly startedMs: number
  readonly endedMs: number
  /** Exit status, or the signal that ended it. */
  readonly exit: number | string
  /** Signals that it was sent, SIGSTOP and SIGCONT left out. */
  readonly signals: readonly string[]
  readonly dones: readonly Done[]
  readonly failures: readonly Failure[]
  readonly summary: Summary | undefined
  readonly stderr: string
  /** Lines on standard output that are no JSON. */
  readonly strayLines: readonly string[]
  /** It was run after the last fault, and nothing was to go wrong any more. */
  readonly isAfterFaults: boolean
  /** It had to be killed, because it did not end in time. */
  readonly hung: boolean
}

export type Done = {
  readonly path: string
  readonly storedAs: string
  readonly bytes: number
  readonly bytesSent: number
  readonly md5: string
}

export type Failure = { readonly path: string; readonly reason: string; readonly message: string }

export type Summary = {
  readonly files: number
  readonly failed: number
  readonly bytes: number
  readonly bytesSent: number
}

export type SourceHistory = {
  /** Every content that it had, in order. */
  readonly versions: readonly Version[]
  /** What it is at the end of the round; undefined when it is gone. */
  readonly now: { readonly md5: string; readonly modifiedAtMs: number } | undefined
  /** Its modification time after it was written last. */
  readonly modifiedAtMs: number
}

/**
 * From the moment its writing began to the moment when the writing of the next one had ended; without an end it is the
 * last.
 */
export type Version = {
  readonly md5: string
  readonly sha256: string
  readonly bytes: number
  readonly fromMs: number
  readonly untilMs: number
}

export type Stored = { readonly md5: string; readonly bytes: number }

export type Logged = { readonly path: string; readonly md5: string; readonly size: number }

export type LedgerRecord = {
  readonly fileId: string
  readonly state: 'receiving' | 'publishing' | 'finished'
  /** Of those that are not `receiving`. */
  readonly storedAs?: string
  readonly md5?: string
}

export type Complaint = { readonly kind: 'damaged' | 'missing'; readonly path: string; readonly md5: string }

export type Move = {
  readonly path: string
  readonly md5: string
  /** Nobody had a reason to store this content there again, so it has to stay away. */
  readonly forGood: boolean
}

export type Leftover = {
  readonly path: string
  /** The upload that it belongs to, for a part. */
  readonly fileId?: string
}

export type ReceiverEnd = {
  readonly signal: 'SIGTERM'
  readonly exit: number | string
  readonly stderr: string
}

export type Intrusion = { readonly exit: number | string; readonly changed: readonly string[] }

export type Repeat = { readonly senders: readonly string[]; readonly newFiles: readonly string[] }
