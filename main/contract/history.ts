/** What was sent, as it crosses between the window and the main process. Imports nothing but what the wire knows. */
import type { Digest } from '../../proto/digests.ts'

/**
 * One file or empty folder that arrived. What arrived is verified: the receiver compared it with what was read here.
 */
export type Receipt = {
  /** Epoch. */
  readonly finishedAtMs: number
  /** File name for people; an empty folder ends in "/". */
  readonly name: string
  /** Where it was to go below the receiving folder, components joined with "/". */
  readonly path: string
  /** Where it went, in the same form. */
  readonly storedAs: string
  readonly sizeBytes: number
  /** What it was verified by; absent for an empty folder. */
  readonly digest?: Digest
  /** The receiver as it was called then. */
  readonly receiver: string
  readonly receiverId: string
}

/** The receipts that hold what was searched for. */
export type HistoryPage = {
  /** The newest first, at most 2000. */
  readonly receipts: readonly Receipt[]
  /** How many there are in all. */
  readonly found: number
}

/**
 * A table, the same as data, or a list that this program reads with `-c` in the receiving folder: of the files that
 * were verified by its digest.
 */
export type ReceiptFormat = 'csv' | 'json' | 'md5sum' | 'xxhsum' | 'sha256sum'

/** `search`: letters of the name, the place, the receiver or the digest, small or large; empty for everything. */
export type HistoryCommands = {
  listHistory(search: string): HistoryPage
  /**
   * Opens the system's dialog and writes what was searched for. Resolves with how many receipts were written, undefined
   * when it was cancelled.
   */
  exportHistory(format: ReceiptFormat, search: string): number | undefined
  clearHistory(): void
}
