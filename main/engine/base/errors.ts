import { type ServiceError, status } from '@grpc/grpc-js'
import type { Fingerprint } from '../../../proto/identity.ts'
import { REASON_KEY } from '../../../proto/limits.ts'

/** What the engine does after an error. */
type Remedy =
  /** Try again by itself, for ever, while the app runs. */
  | 'retry'
  /** Try again once from the beginning, then stop. */
  | 'retry-once'
  /** Wait for the person. */
  | 'stop'

/** Why an upload could not go on. `reason` is stable and travels to programs, `message` is a sentence for people. */
export class UploadError extends Error {
  readonly reason: string
  readonly remedy: Remedy

  constructor(reason: string, message: string, remedy: Remedy, options?: ErrorOptions) {
    super(message, options)
    this.name = 'UploadError'
    this.reason = reason
    this.remedy = remedy
  }
}

/** What people read for each reason the receiver may give, and what the engine does. A reason that is not here shows the receiver's own words. */
const byReason: Record<string, readonly [Remedy, string]> = {
  BAD_NAME: ['stop', 'The receiver cannot store this name. Rename the file and retry.'],
  TARGET_EXISTS: ['stop', 'The receiver already has something under this name.'],
  PARAMS_CHANGED: [
    'retry-once',
    'The file differs from what the receiver already holds of it, and has to be sent anew.',
  ],
  TOO_LARGE: ['stop', 'The receiver does not take files this large.'],
  FINAL_CHECKSUM: ['retry-once', 'The file arrived damaged and was not stored. Retry sends it again.'],
  STORAGE_LOST_DATA: ['retry-once', 'The receiver lost part of the file. Retry sends it again.'],
  CHUNK_CHECKSUM: ['retry-once', 'Part of the file kept arriving damaged. Check the network and retry.'],
  STORAGE_NOT_WRITABLE: ['retry', 'The receiver cannot write to its folder.'],
  DISK_FULL: ['retry', 'The receiver’s disk is full.'],
  QUOTA: ['retry', 'The quota on the receiver is used up.'],
  BUSY: ['retry', 'The receiver is busy.'],
  HOLDS_TOO_MUCH: ['retry', 'The receiver had to hold too much of this connection at once.'],
  STALLED: ['retry', 'The receiver waited too long for the next bytes.'],
  DRAINING: ['retry', 'The receiver is shutting down.'],
  MOVED: ['retry', 'Another node of the receiver takes this upload over; nothing is lost.'],
  STATE_UNREACHABLE: ['retry', 'The receiver cannot reach what it stores in.'],
  NOT_READY: ['retry', 'The receiver is starting.'],
  PREEMPTED: ['retry', 'Another connection took this upload over.'],
  UNKNOWN_UPLOAD: ['retry', 'The receiver no longer knows this upload; it starts again.'],
  MISSING_RANGES: ['retry', 'The receiver still misses parts of the file.'],
  NOT_OPEN: ['retry', 'The receiver had closed this upload.'],
  NOT_ALLOWED: ['stop', 'The receiver does not allow this device to do that.'],
}

/** A receiver that asks for a token and gets none that it knows: for the person these are one thing. */
const notPairedOnWire = new Set(['NO_TOKEN', 'TOKEN_EXPIRED'])

/** Why a receiver may not be sent to. None of these goes away by itself, and in none has anything been sent but what pairing needs. */
const accessTrouble = {
  NOT_PAIRED: 'The receiver does not know this computer (any more). Pair them again, then retry.',
  NOT_ENCRYPTED: 'What answers there is not encrypted, so nothing was sent.',
  NEEDS_ENCRYPTION: 'The receiver asks for encryption. Pair with it first.',
  NOT_A_RECEIVER: 'What answers there is not a Longshore receiver.',
  CERTIFICATE_NOT_VALID:
    'The receiver’s certificate is not valid today. Check the date of this computer, or renew the certificate.',
  NOT_TRUSTED:
    'No authority that is trusted here vouches for the receiver’s certificate and name, so nothing was sent.',
  WRONG_CODE:
    'The code is not this receiver’s, or no longer; or something on the way poses as the receiver. Nothing was paired.',
  PAIRING_CLOSED: 'The receiver is not pairing now. Ask it for a new code.',
} as const

/** A receiver that may not be sent to. */
export function accessError(reason: keyof typeof accessTrouble, options?: ErrorOptions): UploadError {
  return new UploadError(reason, accessTrouble[reason], 'stop', options)
}

/** The receiver that was paired is not the one that answers. */
export function identityChanged(pinned: Fingerprint, presented: Fingerprint): UploadError {
  const message = `What answers there is not the receiver that was paired: its fingerprint is ${presented} instead of ${pinned}. Nothing of yours was sent.`
  return new UploadError('IDENTITY_CHANGED', message, 'stop')
}

export function unreachable(cause?: unknown): UploadError {
  return new UploadError('UNREACHABLE', 'The receiver cannot be reached.', 'retry', { cause })
}

export function proxyLimit(options: ErrorOptions): UploadError {
  const message = 'A proxy on the way limits the upload size (for nginx: client_max_body_size).'
  return new UploadError('PROXY_LIMIT', message, 'stop', options)
}

/** Translates a reason that the receiver gave, with its own words. */
export function fromReason(reason: string, details: string, options?: ErrorOptions): UploadError {
  if (notPairedOnWire.has(reason)) return accessError('NOT_PAIRED', options)
  if (reason === 'WRONG_CODE' || reason === 'PAIRING_CLOSED') return accessError(reason, options)
  const [remedy, message] = byReason[reason] ?? ['stop', details]
  return new UploadError(reason, message, remedy, options)
}

/**
 * Translates an error of grpc-js. Its errors enter the engine only here.
 *
 * @param sentBytes bytes of the file that were sent before, where that helps to see what is wrong.
 */
export function fromServiceError(error: ServiceError, sentBytes = 0): UploadError {
  const options = { cause: error }
  const given = error.metadata?.get(REASON_KEY)[0]
  if (typeof given === 'string' && given !== '') return fromReason(given, error.details, options)
  switch (error.code) {
    case status.UNAVAILABLE:
    case status.DEADLINE_EXCEEDED:
    case status.CANCELLED:
      return unreachable(error)
    case status.RESOURCE_EXHAUSTED:
      return new UploadError('REFUSED', inWords('refused the data', error, sentBytes), 'stop', options)
    case status.INTERNAL:
    case status.UNKNOWN:
      return fromTransportText(error, sentBytes)
    default:
      return new UploadError('REFUSED', inWords('refused', error, sentBytes), 'stop', options)
  }
}

/** The text of a receiver that gives no reason, or the name of the status when there is no text. */
function inWords(verb: string, { code, details }: ServiceError, sentBytes: number): string {
  const after = sentBytes > 0 ? `, after ${inUnits(sentBytes)} were sent` : ''
  if (details.trim() === '') return `The receiver ${verb} (${status[code]}) without saying why${after}.`
  return sentBytes > 0
    ? `The receiver ${verb} (${status[code]})${after}: ${details}`
    : `The receiver ${verb}: ${details}`
}

function inUnits(bytes: number): string {
  const power = Math.min(4, Math.floor(Math.log2(bytes) / 10))
  const unit = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'][power]
  return power === 0 ? `${bytes} bytes` : `${(bytes / 1024 ** power).toFixed(1)} ${unit}`
}

/**
 * A broken connection, or a proxy in between, can be told only by the text. See also how gRPC maps HTTP statuses to 13
 * and 2.
 */
function fromTransportText(error: ServiceError, sentBytes: number): UploadError {
  const options = { cause: error }
  if (/HTTP status code 413/.test(error.details)) return proxyLimit(options)
  if (
    /RST_STREAM|HTTP status code 5\d\d|ECONNRESET|socket|Premature close|Failed to start HTTP\/2 stream/i.test(
      error.details,
    )
  ) {
    return unreachable(error)
  }
  return new UploadError('RECEIVER_ERROR', inWords('failed', error, sentBytes), 'retry-once', options)
}

/** Translates an error of reading the source. */
export function fromFileError(error: NodeJS.ErrnoException): UploadError {
  const options = { cause: error }
  switch (error.code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return new UploadError(
        'SOURCE_MISSING',
        'The file is not where it was. Put it back, or cancel.',
        'retry',
        options,
      )
    case 'EACCES':
    case 'EPERM':
      return new UploadError(
        'SOURCE_UNREADABLE',
        'You may not read this file. Change its rights and retry.',
        'stop',
        options,
      )
    default:
      return new UploadError(
        'SOURCE_UNREADABLE',
        `The file cannot be read (${error.code ?? error.message}).`,
        'stop',
        options,
      )
  }
}

/** The file is not the one that was queued, so nothing of it may be finished under that name. */
export function sourceChanged(): UploadError {
  return new UploadError(
    'SOURCE_CHANGED',
    'The file changed while it was being sent. Retry sends it as it is now.',
    'stop',
  )
}

/**
 * The receiver finished other content under the key of this upload. That is another file, and tells nothing about this
 * one.
 */
export function storedOther(): UploadError {
  const message = 'What the receiver stored before is not this file as it is now, which has to be sent anew.'
  return new UploadError('STORED_OTHER', message, 'retry-once')
}

/**
 * Chunks that an earlier run remembered are not in the file any more, so the upload that the receiver holds cannot be
 * continued.
 */
export function notAsRemembered(): UploadError {
  const message = 'The file is not what was remembered of it from an earlier run, and is sent anew.'
  return new UploadError('STORED_OTHER', message, 'retry-once')
}

/** Some files are made up by the system as they are read, and their size is not true. */
export function sizeNotTold(): UploadError {
  const message =
    'The system does not tell the true size of this file, so it cannot be sent. Copy it, and send the copy.'
  return new UploadError('SIZE_NOT_TOLD', message, 'stop')
}

/** Something else has taken the place of the file. */
export function notAFile(): UploadError {
  return new UploadError('NOT_A_FILE', 'It is not a file any more.', 'stop')
}

/** Only the attributes changed. The file may well be the same, but nothing that was hashed before is trusted. */
export function sourceTouched(): UploadError {
  return new UploadError('SOURCE_TOUCHED', 'The file was touched; Longshore reads it again to be sure.', 'retry')
}

export function isServiceError(error: unknown): error is ServiceError {
  return error instanceof Error && 'code' in error && 'details' in error && 'metadata' in error
}
