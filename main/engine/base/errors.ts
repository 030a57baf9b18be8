import { type ServiceError, status } from '@grpc/grpc-js'
import type { Fingerprint } from '../../../proto/identity.ts'
import { REASON_KEY } from '../../../proto/limits.ts'
import {
  type GivenReason,
  givenReason,
  isReason,
  isReceiverReason,
  policyFor,
  type Remedy,
} from '../../../proto/reasons.ts'
import { type Shortage, shortageIn } from '../../../proto/shortage.ts'
import type { Stop } from '../../contract/contract.ts'
import { type AccessReason, reasonSentences } from './reason-sentences.ts'

/** What else is known of an error. */
type Told = ErrorOptions & { readonly shortage?: Shortage | undefined }

/** Why an upload could not go on. `reason` is stable and travels to programs, `message` is a sentence for people. */
export class UploadError extends Error {
  readonly reason: GivenReason
  readonly remedy: Remedy

  /** With DISK_FULL and QUOTA, where the receiver told it. */
  readonly shortage: Shortage | undefined

  /** @param options.remedy @default what is decided about the reason */
  constructor(reason: GivenReason, message: string, options?: Told & { readonly remedy?: Remedy }) {
    super(message, options)
    this.name = 'UploadError'
    this.reason = reason
    this.remedy = options?.remedy ?? policyFor(reason).remedy
    this.shortage = options?.shortage
  }

  /** What the status of the upload tells of it. */
  get why(): Stop {
    const { reason, message, shortage } = this
    return { reason, message, ...(shortage && { shortage }) }
  }
}

/** An error in the words that people read for its reason. */
export function uploadError(reason: keyof typeof reasonSentences, options?: Told): UploadError {
  return new UploadError(reason, reasonSentences[reason] + figuresOf(options?.shortage), options)
}

/** A receiver that may not be sent to. */
export function accessError(reason: AccessReason, options?: ErrorOptions): UploadError {
  return uploadError(reason, options)
}

/** The receiver that was paired is not the one that answers. */
export function identityChanged(pinned: Fingerprint, presented: Fingerprint): UploadError {
  const message = `What answers there is not the receiver that was paired: its fingerprint is ${presented} instead of ${pinned}. Nothing of yours was sent.`
  return new UploadError('IDENTITY_CHANGED', message)
}

export function unreachable(cause?: unknown): UploadError {
  return new UploadError('UNREACHABLE', 'The receiver cannot be reached.', { cause })
}

export function proxyLimit(options: ErrorOptions): UploadError {
  const message = 'A proxy on the way limits the upload size (for nginx: client_max_body_size).'
  return new UploadError('PROXY_LIMIT', message, options)
}

/**
 * Translates a reason that the receiver gave, with its own words. Those are shown where there are no better ones, and
 * nothing is tried again then: the reason is one that no receiver known here gives, or tells of a mistake.
 */
export function fromReason(reason: string, details: string, options?: Told): UploadError {
  const called = isReason(reason) ? (policyFor(reason).calledByUs ?? reason) : givenReason(reason)
  if (isReceiverReason(reason) && Object.hasOwn(reasonSentences, called))
    return uploadError(called as keyof typeof reasonSentences, options)
  return new UploadError(called, details, { ...options, remedy: 'stop' })
}

/**
 * Translates an error of grpc-js. Its errors enter the engine only here.
 *
 * @param sentBytes bytes of the file that were sent before, where that helps to see what is wrong.
 */
export function fromServiceError(error: ServiceError, sentBytes = 0): UploadError {
  const options = { cause: error }
  const given = error.metadata?.get(REASON_KEY)[0]
  if (typeof given === 'string' && given !== '')
    return fromReason(given, error.details, { ...options, shortage: shortageIn(error.metadata) })
  switch (error.code) {
    case status.UNAVAILABLE:
    case status.DEADLINE_EXCEEDED:
    case status.CANCELLED:
      return unreachable(error)
    case status.RESOURCE_EXHAUSTED:
      return new UploadError('REFUSED', inWords('refused the data', error, sentBytes), options)
    case status.INTERNAL:
    case status.UNKNOWN:
      return fromTransportText(error, sentBytes)
    default:
      return new UploadError('REFUSED', inWords('refused', error, sentBytes), options)
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

/** How much is needed and left, as a sentence that follows; empty when the receiver did not tell. */
function figuresOf(shortage: Shortage | undefined): string {
  if (shortage === undefined) return ''
  const { neededBytes, leftBytes } = shortage
  return ` ${inUnits(neededBytes)} are needed, ${leftBytes > 0 ? `${inUnits(leftBytes)} are` : 'nothing is'} left.`
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
  return new UploadError('RECEIVER_ERROR', inWords('failed', error, sentBytes), options)
}

/** Translates an error of reading the source. */
export function fromFileError(error: NodeJS.ErrnoException): UploadError {
  const options = { cause: error }
  switch (error.code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return new UploadError('SOURCE_MISSING', 'The file is not where it was. Put it back, or cancel.', options)
    case 'EACCES':
    case 'EPERM':
      return new UploadError('SOURCE_UNREADABLE', 'You may not read this file. Change its rights and retry.', options)
    default:
      return new UploadError('SOURCE_UNREADABLE', `The file cannot be read (${error.code ?? error.message}).`, options)
  }
}

/** The file is not the one that was queued, so nothing of it may be finished under that name. */
export function sourceChanged(): UploadError {
  return new UploadError('SOURCE_CHANGED', 'The file changed while it was being sent. Retry sends it as it is now.')
}

/**
 * The receiver finished other content under the key of this upload. That is another file, and tells nothing about this
 * one.
 */
export function storedOther(): UploadError {
  const message = 'What the receiver stored before is not this file as it is now, which has to be sent anew.'
  return new UploadError('STORED_OTHER', message)
}

/**
 * Chunks that an earlier run remembered are not in the file any more, so the upload that the receiver holds cannot be
 * continued.
 */
export function notAsRemembered(): UploadError {
  const message = 'The file is not what was remembered of it from an earlier run, and is sent anew.'
  return new UploadError('STORED_OTHER', message)
}

/** Some files are made up by the system as they are read, and their size is not true. */
export function sizeNotTold(): UploadError {
  const message =
    'The system does not tell the true size of this file, so it cannot be sent. Copy it, and send the copy.'
  return new UploadError('SIZE_NOT_TOLD', message)
}

/** Something else has taken the place of the file. */
export function notAFile(): UploadError {
  return new UploadError('NOT_A_FILE', 'It is not a file any more.')
}

/** Only the attributes changed. The file may well be the same, but nothing that was hashed before is trusted. */
export function sourceTouched(): UploadError {
  return new UploadError('SOURCE_TOUCHED', 'The file was touched; Longshore reads it again to be sure.')
}

export function isServiceError(error: unknown): error is ServiceError {
  return error instanceof Error && 'code' in error && 'details' in error && 'metadata' in error
}
