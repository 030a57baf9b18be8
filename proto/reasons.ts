/** What a sender does after an upload failed for a reason. */
export type Remedy =
  /** Try again by itself, for ever, while the app runs. */
  | 'retry'
  /** Try again once, then stop. */
  | 'retry-once'
  /** Wait for the person. */
  | 'stop'

/** All that is decided about a reason. What people read is in the words of each program. */
type Policy = {
  /**
   * The name of the gRPC status that a receiver gives the reason with. Absent: no receiver gives it, senders find it
   * themselves.
   */
  readonly status?: string
  readonly remedy: Remedy
  /**
   * Trouble of the receiver as a whole: no other upload to it would fare better, so all of them wait, or stop,
   * together.
   */
  readonly ofReceiver?: true
  /** Another try with the same key would end the same way: the source is taken as it is now, as a new upload. */
  readonly anew?: true
  /**
   * A mistake of the sender: one that keeps to the contract is never told so, and people read the receiver's own words.
   */
  readonly mistake?: true
  /** A receiver may tell figures with it: how much is needed, and how much is left. */
  readonly figures?: true
  /** What a sender calls it: for people the two are one thing. */
  readonly calledByUs?: 'NOT_PAIRED'
}

/**
 * Every reason why an upload, or a receiver, does not go on. The names are stable across versions and languages: they
 * travel in the trailer `x-upload-reason`, in `FileRefusal.reason`, and to programs. A sender acts on the reason: the
 * gRPC status alone is too coarse to tell a full disk from a busy receiver. Names are added, never changed or taken
 * away.
 */
export const reasons = {
  // What the sender did wrong.
  BAD_FLAGS: { status: 'INVALID_ARGUMENT', remedy: 'stop', mistake: true },
  BAD_ID: { status: 'INVALID_ARGUMENT', remedy: 'stop', mistake: true },
  BAD_OFFSET: { status: 'INVALID_ARGUMENT', remedy: 'stop', mistake: true },
  BAD_LENGTH: { status: 'INVALID_ARGUMENT', remedy: 'stop', mistake: true },
  BAD_HASH_FORMAT: { status: 'INVALID_ARGUMENT', remedy: 'stop', mistake: true },
  PAST_END: { status: 'OUT_OF_RANGE', remedy: 'stop', mistake: true },
  MESSAGE_TOO_LONG: { status: 'RESOURCE_EXHAUSTED', remedy: 'stop', mistake: true },
  COMPRESSED: { status: 'UNIMPLEMENTED', remedy: 'stop', mistake: true },

  // What a receiver says of one upload.
  BAD_NAME: { status: 'INVALID_ARGUMENT', remedy: 'stop' },
  TARGET_EXISTS: { status: 'ALREADY_EXISTS', remedy: 'stop' },
  NOT_ALLOWED: { status: 'PERMISSION_DENIED', remedy: 'stop' },
  TOO_LARGE: { status: 'RESOURCE_EXHAUSTED', remedy: 'stop' },
  PARAMS_CHANGED: { status: 'FAILED_PRECONDITION', remedy: 'retry-once', anew: true },
  FINAL_CHECKSUM: { status: 'DATA_LOSS', remedy: 'retry-once', anew: true },
  STORAGE_LOST_DATA: { status: 'DATA_LOSS', remedy: 'retry-once' },
  CHUNK_CHECKSUM: { status: 'ABORTED', remedy: 'retry-once' },
  MISSING_RANGES: { status: 'FAILED_PRECONDITION', remedy: 'retry' },
  NOT_OPEN: { status: 'FAILED_PRECONDITION', remedy: 'retry' },
  UNKNOWN_UPLOAD: { status: 'NOT_FOUND', remedy: 'retry' },
  PREEMPTED: { status: 'ABORTED', remedy: 'retry' },
  MOVED: { status: 'UNAVAILABLE', remedy: 'retry' },
  STALLED: { status: 'DEADLINE_EXCEEDED', remedy: 'retry' },
  HOLDS_TOO_MUCH: { status: 'RESOURCE_EXHAUSTED', remedy: 'retry' },

  // What a receiver says of itself.
  DISK_FULL: { status: 'RESOURCE_EXHAUSTED', remedy: 'retry', ofReceiver: true, figures: true },
  QUOTA: { status: 'RESOURCE_EXHAUSTED', remedy: 'retry', ofReceiver: true, figures: true },
  BUSY: { status: 'RESOURCE_EXHAUSTED', remedy: 'retry', ofReceiver: true },
  STORAGE_NOT_WRITABLE: { status: 'FAILED_PRECONDITION', remedy: 'retry', ofReceiver: true },
  STATE_UNREACHABLE: { status: 'UNAVAILABLE', remedy: 'retry', ofReceiver: true },
  DRAINING: { status: 'UNAVAILABLE', remedy: 'retry', ofReceiver: true },
  NOT_READY: { status: 'UNAVAILABLE', remedy: 'retry', ofReceiver: true },

  // Who may send, and to whom.
  NO_TOKEN: { status: 'UNAUTHENTICATED', remedy: 'stop', ofReceiver: true, calledByUs: 'NOT_PAIRED' },
  TOKEN_EXPIRED: { status: 'UNAUTHENTICATED', remedy: 'stop', ofReceiver: true, calledByUs: 'NOT_PAIRED' },
  WRONG_CODE: { status: 'UNAUTHENTICATED', remedy: 'stop' },
  PAIRING_CLOSED: { status: 'FAILED_PRECONDITION', remedy: 'stop' },
  NOT_PAIRED: { remedy: 'stop', ofReceiver: true },
  IDENTITY_CHANGED: { remedy: 'stop', ofReceiver: true },
  NOT_ENCRYPTED: { remedy: 'stop', ofReceiver: true },
  NEEDS_ENCRYPTION: { remedy: 'stop', ofReceiver: true },
  NOT_A_RECEIVER: { remedy: 'stop', ofReceiver: true },
  NOT_TRUSTED: { remedy: 'stop', ofReceiver: true },
  CERTIFICATE_NOT_VALID: { remedy: 'stop', ofReceiver: true },
  OLD_SENDER: { remedy: 'stop' },
  RECEIVER_FORGOTTEN: { remedy: 'stop' },
  NOT_A_CODE: { remedy: 'stop' },
  OTHER_LINK: { remedy: 'stop' },
  NOT_AN_ADDRESS: { remedy: 'stop' },

  // What a sender finds on the way.
  UNREACHABLE: { remedy: 'retry', ofReceiver: true },
  RECEIVER_OFF: { remedy: 'retry', ofReceiver: true },
  INCOMPLETE: { remedy: 'retry' },
  PROXY_LIMIT: { remedy: 'stop' },
  REFUSED: { remedy: 'stop' },
  RECEIVER_ERROR: { remedy: 'retry-once' },
  STORED_OTHER: { remedy: 'retry-once', anew: true },

  // What a sender finds at home.
  SOURCE_MISSING: { remedy: 'retry' },
  SOURCE_TOUCHED: { remedy: 'retry' },
  SOURCE_CHANGED: { remedy: 'stop', anew: true },
  SOURCE_UNREADABLE: { remedy: 'stop' },
  NOT_A_FILE: { remedy: 'stop' },
  SIZE_NOT_TOLD: { remedy: 'stop' },
  ASLEEP: { remedy: 'retry' },

  // A program met something that it does not expect. What a receiver did not expect will be there again at the next
  // try, so a sender tries only once more what it did not expect itself.
  INTERNAL: { status: 'INTERNAL', remedy: 'retry-once' },
} as const satisfies Record<string, Policy>

type Reasons = typeof reasons

/** A reason that this program knows. */
export type Reason = keyof Reasons

type Having<Property> = { [R in Reason]: Reasons[R] extends Property ? R : never }[Reason]

/** One that a receiver may give. */
export type ReceiverReason = Having<{ readonly status: string }>

/** One that a receiver may tell figures with; see `shortage.ts`. */
export type ShortageReason = Having<{ readonly figures: true }>

/** One that every program has words of its own for: it comes to people, and is not told in other words. */
export type SpokenReason = Exclude<
  Reason,
  Having<{ readonly mistake: true }> | Having<{ readonly calledByUs: string }> | 'NOT_AN_ADDRESS'
>

declare const unknownHere: unique symbol

/** One that this program does not know: who gave it is newer, or of another make. */
export type OtherReason = string & { readonly [unknownHere]: true }

/** A reason as it was given by somebody else, or kept by an earlier version. */
export type GivenReason = Reason | OtherReason

/** Takes a reason from the wire, or from a file. */
export function givenReason(text: string): GivenReason {
  return text as GivenReason
}

/** True for one that is in the table; a name of the prototype is none. */
export function isReason(value: unknown): value is Reason {
  return typeof value === 'string' && Object.hasOwn(reasons, value)
}

/** True for a reason that a receiver may give. */
export function isReceiverReason(value: unknown): value is ReceiverReason {
  return isReason(value) && 'status' in reasons[value]
}

/**
 * What is decided about a reason. One that is not known stops this upload alone: the person reads the words of whoever
 * gave it.
 */
export function policyFor(reason: GivenReason): Policy {
  return isReason(reason) ? reasons[reason] : { remedy: 'stop' }
}
