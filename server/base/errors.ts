/**
 * Every reason the receiver gives for refusing something, with the gRPC status it travels under. Senders act on the reason: the status alone
 * is too coarse to tell a full disk from a busy receiver.
 */
const statusOf = {
  BAD_FLAGS: 'INVALID_ARGUMENT',
  BAD_NAME: 'INVALID_ARGUMENT',
  BAD_ID: 'INVALID_ARGUMENT',
  BAD_OFFSET: 'INVALID_ARGUMENT',
  BAD_LENGTH: 'INVALID_ARGUMENT',
  BAD_HASH_FORMAT: 'INVALID_ARGUMENT',
  PAST_END: 'OUT_OF_RANGE',
  PARAMS_CHANGED: 'FAILED_PRECONDITION',
  MISSING_RANGES: 'FAILED_PRECONDITION',
  NOT_OPEN: 'FAILED_PRECONDITION',
  STORAGE_NOT_WRITABLE: 'FAILED_PRECONDITION',
  TARGET_EXISTS: 'ALREADY_EXISTS',
  PREEMPTED: 'ABORTED',
  FINAL_CHECKSUM: 'DATA_LOSS',
  STORAGE_LOST_DATA: 'DATA_LOSS',
  DISK_FULL: 'RESOURCE_EXHAUSTED',
  QUOTA: 'RESOURCE_EXHAUSTED',
  BUSY: 'RESOURCE_EXHAUSTED',
  HOLDS_TOO_MUCH: 'RESOURCE_EXHAUSTED',
  MESSAGE_TOO_LONG: 'RESOURCE_EXHAUSTED',
  UNKNOWN_UPLOAD: 'NOT_FOUND',
  COMPRESSED: 'UNIMPLEMENTED',
  NO_TOKEN: 'UNAUTHENTICATED',
  TOKEN_EXPIRED: 'UNAUTHENTICATED',
  WRONG_CODE: 'UNAUTHENTICATED',
  NOT_ALLOWED: 'PERMISSION_DENIED',
  PAIRING_CLOSED: 'FAILED_PRECONDITION',
  STALLED: 'DEADLINE_EXCEEDED',
  DRAINING: 'UNAVAILABLE',
  MOVED: 'UNAVAILABLE',
  STATE_UNREACHABLE: 'UNAVAILABLE',
  INTERNAL: 'INTERNAL',
} as const

/** See {@link ReceiveError}. */
export type Reason = keyof typeof statusOf

/** True for a reason as it comes from the wire. */
export function isReason(value: unknown): value is Reason {
  return typeof value === 'string' && Object.hasOwn(statusOf, value)
}

/** What the receiver answers when it cannot do what it was asked. The message is for people and never names a path outside the upload. */
export class ReceiveError extends Error {
  override readonly name = 'ReceiveError'
  /** Stable across versions and languages; what a sender acts on. */
  readonly code: Reason
  /** The name of the gRPC status that carries the reason. */
  readonly status: (typeof statusOf)[Reason]

  constructor(code: Reason, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
    this.status = statusOf[code]
  }
}

/** A {@link ReceiveError} that keeps what caused it, for the log. */
export function receiveErrorFrom(cause: unknown, code: Reason, message: string): ReceiveError {
  return new ReceiveError(code, message, { cause })
}

/** A quota error has no name in Node 20 (`Unknown system error -122`), so it is known by its number on Linux. */
const EDQUOT = -122

/** Translates what the file system or the ledger threw. Anything that is not their error becomes INTERNAL and keeps its cause for the log. */
export function toReceiveError(error: unknown): ReceiveError {
  if (error instanceof ReceiveError) return error
  const { code, errno } = (error ?? {}) as NodeJS.ErrnoException
  if (errno === EDQUOT) return new ReceiveError('QUOTA', "The receiver's disk quota is used up.", { cause: error })
  switch (code) {
    case 'ENOSPC':
      return new ReceiveError('DISK_FULL', "The receiver's disk is full.", { cause: error })
    case 'EMFILE':
    case 'ENFILE':
      return new ReceiveError('BUSY', 'The receiver has too many files open.', { cause: error })
    case 'EIO':
    case 'ENXIO':
    case 'ENODEV':
    case 'ESTALE':
      return new ReceiveError('STORAGE_LOST_DATA', "The receiver's disk reports an input/output error.", {
        cause: error,
      })
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
    case 'ENOENT':
    case 'ENOTDIR':
    case 'ELOOP':
    case 'EXDEV':
      return new ReceiveError('STORAGE_NOT_WRITABLE', `The receiver cannot write to its folder (${code}).`, {
        cause: error,
      })
    default:
      return new ReceiveError('INTERNAL', 'The receiver failed in a way it did not expect.', { cause: error })
  }
}

/** True when a write failed because the disk, or the way to it, is broken: what it took before is then not trusted either. */
export function isLoss(error: unknown): boolean {
  return hasCode(error, 'EIO', 'ENXIO', 'ENODEV', 'ESTALE')
}

/** True when the error is a system error with one of these codes, for example `hasCode(error, 'ENOENT')`. */
export function hasCode(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code))
}
