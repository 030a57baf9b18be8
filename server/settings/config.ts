import type { DigestKind } from '../../proto/digests.ts'
import type { AccessOptions } from '../access/access.ts'
import type { OnUnexpected } from '../base/unexpected.ts'
import type { EndedCall } from '../calls/ended-call.ts'
import type { ClusterConfig } from '../cluster/cluster.ts'
import type { ReceiverLimits } from '../limits/limits.ts'
import type { S3Config } from '../store/s3/config.ts'

/** How a receiver is to run. */
export type ReceiverConfig = AccessOptions & {
  /**
   * Where finished files go, unless they go to an {@link objectStore}. Made when it is missing. What the receiver keeps
   * for itself is in `.longshore` inside it, parts of unfinished files among it.
   */
  readonly directory: string
  /**
   * Where the receiver keeps its ledger and its id; `.longshore` in the directory when not given. Must not be shared by
   * two receivers, and must be by all nodes of one.
   */
  readonly stateDirectory?: string
  /** The bucket that files go to, instead of the directory. */
  readonly objectStore?: S3Config
  /** How it is one of several nodes that share the directory; alone when not given. */
  readonly cluster?: ClusterConfig
  /** The address to listen on. `127.0.0.1` reaches this machine only. */
  readonly host: string
  /** The TCP port to listen on, 0 to 65535; 0 picks a free one. */
  readonly port: number
  /** Whether programs that know nothing of the contract are told what it is (`grpc.reflection`). @default false */
  readonly reflection?: boolean
  /** What senders show to people; the machine's name when not given. */
  readonly name?: string
  /** Whether the receiver is made known on the networks it listens on. @default false */
  readonly discovery?: boolean
  /** Longshore's version, for people and logs. */
  readonly version?: string
  /** An upload that nobody goes on with for so long is forgotten with its bytes, ms; a day when not given. */
  readonly expireAfterMs?: number
  /** A stored file is deleted after so long, ms, if it is still what was stored; never when not given. */
  readonly keepForMs?: number
  /**
   * Whether each file is read again from the disk, from its first byte to its last, before it counts as finished; else
   * only what came late or out of order is, and the rest was hashed as it arrived. @default false
   */
  readonly verifyFromDisk?: boolean
  /**
   * What files are verified by when their sender was not told anything else; it knows the others, too, and says what it
   * takes. @default 'md5'
   */
  readonly defaultDigest?: DigestKind
  /** Threads that hash what arrives, beside the one that does everything else. @default 0: that one hashes, too */
  readonly workers?: number
  /** What senders may take from the receiver; each has a default. */
  readonly limits?: Partial<ReceiverLimits>
  /** Ends a start that waits to see whether another receiver still lives; it does nothing to one that runs. */
  readonly signal?: AbortSignal
  /** Milliseconds since 1970; the system's clock when not given. */
  readonly now?: () => number
  /** Told of each call that has ended, for a log. */
  readonly onCall?: (call: EndedCall) => void
  /** Told about failures that nobody expected, for a log. They go to the process's warnings when not given. */
  readonly onUnexpected?: OnUnexpected
}
