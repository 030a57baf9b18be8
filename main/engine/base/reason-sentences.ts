import type { ReceiverReason, SpokenReason } from '../../../proto/reasons.ts'

/** A reason of a receiver that is told in our words. What a receiver did not expect it tells itself. */
export type ToldReason = Exclude<SpokenReason & ReceiverReason, 'INTERNAL'>

/**
 * Why a receiver may not be sent to. None of these goes away by itself, and in none has anything been sent but what
 * pairing needs.
 */
export type AccessReason =
  | 'NOT_PAIRED'
  | 'NOT_ENCRYPTED'
  | 'NEEDS_ENCRYPTION'
  | 'NOT_A_RECEIVER'
  | 'CERTIFICATE_NOT_VALID'
  | 'NOT_TRUSTED'
  | 'WRONG_CODE'
  | 'PAIRING_CLOSED'

/**
 * What people read in a terminal, and in a window that has no words of its own: the receiver's sentences are for its
 * own log.
 */
export const reasonSentences: Readonly<Record<ToldReason | AccessReason, string>> = {
  BAD_NAME: 'The receiver cannot store this name. Rename the file and retry.',
  TARGET_EXISTS: 'The receiver already has something under this name.',
  PARAMS_CHANGED: 'The file differs from what the receiver already holds of it, and has to be sent anew.',
  TOO_LARGE: 'The receiver does not take files this large.',
  FINAL_CHECKSUM: 'The file arrived damaged and was not stored. Retry sends it again.',
  STORAGE_LOST_DATA: 'The receiver lost part of the file. Retry sends it again.',
  CHUNK_CHECKSUM: 'Part of the file kept arriving damaged. Check the network and retry.',
  STORAGE_NOT_WRITABLE: 'The receiver cannot write to its folder.',
  DISK_FULL: 'The receiver’s disk is full.',
  QUOTA: 'The quota on the receiver is used up.',
  BUSY: 'The receiver is busy.',
  HOLDS_TOO_MUCH: 'The receiver had to hold too much of this connection at once.',
  STALLED: 'The receiver waited too long for the next bytes.',
  DRAINING: 'The receiver is shutting down.',
  MOVED: 'Another node of the receiver takes this upload over; nothing is lost.',
  STATE_UNREACHABLE: 'The receiver cannot reach what it stores in.',
  NOT_READY: 'The receiver is starting.',
  PREEMPTED: 'Another connection took this upload over.',
  UNKNOWN_UPLOAD: 'The receiver no longer knows this upload; it starts again.',
  MISSING_RANGES: 'The receiver still misses parts of the file.',
  NOT_OPEN: 'The receiver had closed this upload.',
  NOT_ALLOWED: 'The receiver does not allow this device to do that.',
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
}
