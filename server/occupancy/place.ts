import type { Occupant } from './occupant.ts'

/** How long what takes, ms. */
export type Times = {
  /** How often an occupant says that it lives. */
  readonly beatMs: number
  /**
   * An occupant does not trust that it still has the place for longer than this after it last began to say so. Less
   * than {@link stillMs}.
   */
  readonly trustMs: number
  /** An occupant whose record does not change for this long is taken for dead. */
  readonly stillMs: number
  /** How often a receiver that waits looks again. */
  readonly lookEveryMs: number
  /** Operations that a dead occupant had begun before it stopped are over after this. */
  readonly settleMs: number
}

/** An occupant as it is found in a place. */
export type Found = {
  /** What is written there; another one after each beat. */
  readonly text: string
  /** Undefined when it cannot be read. */
  readonly occupant: Occupant | undefined
  /** True when it was made elsewhere and copied here with everything else. */
  readonly isCopied: boolean
}

/**
 * A place where receivers announce themselves, beside the data that they would harm if they did not know of each other.
 */
export interface Place {
  /** For people: a path, or `s3://bucket/prefix`. */
  readonly shown: string
  /** What to use instead of a place that is taken, for people: "a folder of its own". */
  readonly instead: string
  readonly times: Times
  /** Writes the first record of an occupant. */
  publish(occupant: Occupant): Promise<void>
  /** Writes the record again. Answers false when the record is gone and the place can tell; then nothing is changed. */
  renew(occupant: Occupant): Promise<boolean>
  /** All occupants, by their run. */
  list(): Promise<ReadonlyMap<string, Found>>
  /** Whether one lives that runs, or ran, under the same kernel; unknown where the place cannot tell. */
  fateNearby(run: string): Promise<'alive' | 'dead' | 'unknown'>
  /** Removes the record of an occupant; success when there is none. */
  remove(run: string): Promise<void>
  /**
   * Whether the record of an occupant is still there, if that is known at once; undefined where it takes time. Throws
   * ReceiveError STORAGE_NOT_WRITABLE when the place cannot be reached.
   */
  hasNow(run: string): boolean | undefined
  /** What names the place, wherever it is seen from; made when it has no name. */
  identity(): Promise<string>
  /** The same; undefined when it has no name. Changes nothing. */
  knownIdentity(): Promise<string | undefined>
  /** Closes the connection to the place, and removes what was made only to enter it. */
  close(): Promise<void>
}
