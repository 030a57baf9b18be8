import type { Occupant } from './occupant.ts'

/** How long what takes, ms. */
export type Times = {
  /** How often an occupant says that it lives. */
  readonly beatMs: number
  /** An occupant does not trust that it still has the place for longer than this after it last began to say so. Less than {@link stillMs}. */
  readonly trustMs: number
  /** Whoever says nothing for so long is taken for dead. */
  readonly stillMs: number
  /** How often somebody who waits looks. */
  readonly lookEveryMs: number
  /** What one that is taken for dead had begun when it stopped is over after this. */
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

/** Where receivers say that they are there: beside what they would harm if they did not know of each other. */
export interface Place {
  /** For people: a path, or `s3://bucket/prefix`. */
  readonly shown: string
  /** What whoever finds it taken can use instead, for people: "a folder of its own". */
  readonly instead: string
  readonly times: Times
  /** Says for the first time that somebody is there. */
  publish(occupant: Occupant): Promise<void>
  /** Says it again. Answers false when it is not said any more, and then nothing is changed, where the place can tell. */
  renew(occupant: Occupant): Promise<boolean>
  /** All who are there, by their run. */
  list(): Promise<ReadonlyMap<string, Found>>
  /** Whether one lives that runs, or ran, under the same kernel; unknown where the place cannot tell. */
  fateNearby(run: string): Promise<'alive' | 'dead' | 'unknown'>
  /** Says no more of somebody; success when nothing was said. */
  remove(run: string): Promise<void>
  /**
   * Whether it is still said that an occupant is there, known at once; undefined where knowing takes time. Throws ReceiveError STORAGE_NOT_WRITABLE when the
   * place cannot be reached.
   */
  hasNow(run: string): boolean | undefined
  /** What names the place, wherever it is seen from; made when it has no name. */
  identity(): Promise<string>
  /** The same; undefined when it has no name. Changes nothing. */
  knownIdentity(): Promise<string | undefined>
  /** Lets go of the way to it, and of what was only made to say that somebody comes. */
  close(): Promise<void>
}
