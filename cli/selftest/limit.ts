import { RECEIVE_WINDOW_BYTES } from '../../proto/limits.ts'
import { formatBytes } from '../shared/format.ts'

/** How fast it went, and what it cost. */
export type Throughput = {
  /** Bytes of new content, sent and stored, per second. */
  readonly storedBytesPerSecond: number
  /**
   * Bytes per second of content that the receiver had already, so that it stored nothing; absent when there was too
   * little to tell.
   */
  readonly repeatedBytesPerSecond?: number
  /** Share of one processor core that this program used meanwhile, 0 to 1 or a little more. */
  readonly processorShare: number
}

/** Rates that differ by less than this count as equal. */
const CLEARLY_FASTER = 1.5
const BUSY_SHARE = 0.85

/** The way to the receiver. */
export type Way = {
  readonly roundTripMs: number
  readonly connections: number
  /** The receiver runs on this very computer. */
  readonly withinComputer: boolean
}

/** What limits uploads, in one sentence. */
export function limitOf(throughput: Throughput, { roundTripMs, connections, withinComputer }: Way): string {
  const { storedBytesPerSecond, repeatedBytesPerSecond, processorShare } = throughput
  if (repeatedBytesPerSecond !== undefined && repeatedBytesPerSecond > storedBytesPerSecond * CLEARLY_FASTER) {
    return `The receiver’s disk is the limit: what it need not store goes at ${formatBytes(repeatedBytesPerSecond)}/s.`
  }
  if (withinComputer) return 'There is no network between the two: this computer itself is the limit.'
  if (processorShare > BUSY_SHARE) return 'The processor of this computer is the limit.'
  const windowBytesPerSecond = (connections * RECEIVE_WINDOW_BYTES) / (roundTripMs / 1000)
  if (storedBytesPerSecond * CLEARLY_FASTER > windowBytesPerSecond) {
    return `The round trip is the limit: no more than ${formatBytes(windowBytesPerSecond)}/s fit into it.`
  }
  if (repeatedBytesPerSecond === undefined) return 'The network seems to be the limit.'
  return 'The network or the receiver’s processor is the limit; its disk is not.'
}
