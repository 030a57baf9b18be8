import { MAX_MESSAGE_BYTES } from '../../proto/limits.ts'
import { ReceiveError } from '../base/errors.ts'

/**
 * What one sender, or all together, may take from a receiver. Everything beyond is refused or ended, and harms nobody
 * else.
 */
export type ReceiverLimits = {
  /** Connections at the same time. @default 1024, or fewer where the process may not open so many files */
  readonly maxConnections: number
  /**
   * Connections at the same time from one address; from one network of 64 bits where addresses are IPv6. @default 64
   */
  readonly maxConnectionsPerAddress: number
  /** How long a connection may take until it speaks HTTP/2, encryption included, ms. @default 5 000 */
  readonly handshakeMs: number
  /**
   * A connection without any call for so long is closed; its sender connects again when it has something to say. Ms.
   * @default 300 000
   */
  readonly idleConnectionMs: number
  /** Calls at the same time on one connection. @default 128 */
  readonly maxStreamsPerConnection: number
  /**
   * Calls at the same time on all connections. Each sender may have one more while it has fewer than there is still
   * room for. @default 4096
   */
  readonly maxStreams: number
  /** The same for all who have shown no valid token, by the address they come from. @default 256 */
  readonly maxStrangersStreams: number
  /** The length of the metadata of one call, bytes, each name and value counted with 32 more. @default 16 384 */
  readonly maxMetadataBytes: number
  /** How long a call may take until the first byte of its first message, ms. @default 10 000 */
  readonly firstMessageMs: number
  /**
   * How long a call may stay inside one message without {@link minProgressBytes}, or leave answers unread, ms. @default
   * 60 000
   */
  readonly stallMs: number
  /**
   * Fewer bytes than this in {@link stallMs} are no progress. Far below a share of the slowest honest link: 10 KB/s
   * over eight streams is 75 KB a minute for each. @default 4096
   */
  readonly minProgressBytes: number
  /**
   * How long a call may be silent between two messages, ms: a sender may be waiting for its disk, or keep to a limit of
   * its own. @default 300 000
   */
  readonly silenceMs: number
  /**
   * What the calls of one connection may hold of messages that are not whole or that nobody has read yet, bytes. The
   * calls of a connection that holds more are told HOLDS_TOO_MUCH, and it is closed. @default 134 217 728, eight of the
   * longest messages
   */
  readonly maxHeldBytes: number
  /**
   * What all calls together may hold of that, and of messages that their handlers work on, bytes. A sender may hold
   * more while it holds less than what is still free; when it holds more, its connection that holds the most is closed.
   * All who have shown no valid token have a 32nd of it together, 16 MiB at most, and requests that wait for one answer
   * an 8th. @default 536 870 912, or half of the memory that the process may have where that is less
   */
  readonly maxHeldBytesInAll: number
  /** Unfinished uploads that one owner may leave open. @default 1000 */
  readonly maxOpenUploads: number
  /**
   * Uploads that are busy at the same time, of which each sender has a share: one alone gets the half. Each keeps a
   * file open. @default 512, or fewer where the process may not open so many files
   */
  readonly maxBusyUploads: number
  /**
   * Connections to the status page at the same time, half of them from one address. @default 64, or fewer where the
   * process may not open so many files
   */
  readonly maxStatusConnections: number
}

const defaults: ReceiverLimits = {
  maxConnections: 1024,
  maxConnectionsPerAddress: 64,
  handshakeMs: 5_000,
  idleConnectionMs: 300_000,
  maxStreamsPerConnection: 128,
  maxStreams: 4096,
  maxStrangersStreams: 256,
  maxMetadataBytes: 16_384,
  firstMessageMs: 10_000,
  stallMs: 60_000,
  minProgressBytes: 4096,
  silenceMs: 300_000,
  maxHeldBytes: 8 * MAX_MESSAGE_BYTES,
  maxHeldBytesInAll: 32 * MAX_MESSAGE_BYTES,
  maxOpenUploads: 1000,
  maxBusyUploads: 512,
  maxStatusConnections: 64,
}

/** Higher than any limit makes sense, and still a delay that timers accept. */
const MOST = 2 ** 31 - 1

/**
 * The limits that a receiver keeps.
 *
 * @param openFilesLimit how many descriptors the process may have; Infinity when there is no limit. Connections and
 * busy uploads take half of it at most, and a quarter, those of the status page a sixteenth; what is left over serves
 * the ledger and files that are being published.
 * @param memoryBytes how much memory the process may have; Infinity when there is no limit.
 * @throws ReceiveError BAD_FLAGS for a limit that is not a whole number from 1 on, and for more connections or uploads
 * than there are descriptors.
 */
export function toLimits(
  asked: Partial<ReceiverLimits> = {},
  openFilesLimit = Number.POSITIVE_INFINITY,
  memoryBytes = Number.POSITIVE_INFINITY,
): ReceiverLimits {
  const limits = { ...defaults, ...asked }
  for (const [name, value] of Object.entries(limits)) {
    if (!Number.isInteger(value) || value < 1 || value > MOST) {
      throw new ReceiveError('BAD_FLAGS', `The limit ${name} takes a whole number from 1 to ${MOST}, not ${value}.`)
    }
  }
  return {
    ...limits,
    maxHeldBytesInAll: asked.maxHeldBytesInAll ?? Math.min(defaults.maxHeldBytesInAll, Math.floor(memoryBytes / 2)),
    maxConnections: affordable('maxConnections', limits, asked, openFilesLimit / 2),
    maxBusyUploads: affordable('maxBusyUploads', limits, asked, openFilesLimit / 4),
    maxStatusConnections: affordable('maxStatusConnections', limits, asked, openFilesLimit / 16),
  }
}

function affordable(
  name: 'maxConnections' | 'maxBusyUploads' | 'maxStatusConnections',
  limits: ReceiverLimits,
  asked: Partial<ReceiverLimits>,
  most: number,
): number {
  if (limits[name] <= most) return limits[name]
  if (asked[name] === undefined) return Math.max(1, Math.floor(most))
  throw new ReceiveError(
    'BAD_FLAGS',
    `The limit ${name} is ${limits[name]}, but this process may open too few files for more than ${Math.floor(most)}: raise that (ulimit -n) or lower the limit.`,
  )
}
