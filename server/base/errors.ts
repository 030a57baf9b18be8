import { type ReceiverReason, reasons } from '../../proto/reasons.ts'
import type { Shortage } from '../../proto/shortage.ts'

/**
 * What the receiver answers when it cannot do what it was asked. The message is for people and never names a path
 * outside the upload.
 */
export class ReceiveError extends Error {
  override readonly name = 'ReceiveError'
  /** Stable across versions and languages; what a sender acts on. */
  readonly code: ReceiverReason
  /** The name of the gRPC status that carries the reason. */
  readonly status: (typeof reasons)[ReceiverReason]['status']

  /** With DISK_FULL and QUOTA, where it is known. */
  readonly shortage: Shortage | undefined

  constructor(
    code: ReceiverReason,
    message: string,
    options?: ErrorOptions & { readonly shortage?: Shortage | undefined },
  ) {
    super(message, options)
    this.code = code
    this.status = reasons[code].status
    this.shortage = options?.shortage
  }
}

/** A {@link ReceiveError} that keeps what caused it, for the log. */
export function receiveErrorFrom(cause: unknown, code: ReceiverReason, message: string): ReceiveError {
  return new ReceiveError(code, message, { cause })
}

/** A quota error has no name in Node 20 (`Unknown system error -122`), so it is known by its number on Linux. */
const EDQUOT = -122

/**
 * Translates what the file system or the ledger threw. Anything that is not their error becomes INTERNAL and keeps its
 * cause for the log.
 */
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

/**
 * True when a write failed because the disk, or the way to it, is broken: what it took before is then not trusted
 * either.
 */
export function isLoss(error: unknown): boolean {
  return hasCode(error, 'EIO', 'ENXIO', 'ENODEV', 'ESTALE')
}

/** True when the error is a system error with one of these codes, for example `hasCode(error, 'ENOENT')`. */
export function hasCode(error: unknown, ...codes: string[]): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code))
}
