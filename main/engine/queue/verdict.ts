import { UploadError } from '../base/errors.ts'

/** What becomes of an upload after a failed attempt. */
export type Verdict = {
  readonly reason: string
  readonly message: string
  /** Give up and wait for the person, with this upload or with all to its receiver; hold back the whole receiver; or let only this upload wait. */
  readonly next: 'give-up' | 'give-up-receiver' | 'hold-receiver' | 'wait'
  /** Another try with the same record would end the same way: take the source as a new upload. */
  readonly startAnew: boolean
  /** This failure used up the second chance. */
  readonly usedChance: boolean
}

/** Troubles of the receiver as a whole: no other upload to it would fare better. */
const receiverWide = new Set([
  'UNREACHABLE',
  'RECEIVER_OFF',
  'DISK_FULL',
  'QUOTA',
  'BUSY',
  'DRAINING',
  'STATE_UNREACHABLE',
  'NOT_READY',
  'STORAGE_NOT_WRITABLE',
  'NOT_PAIRED',
  'IDENTITY_CHANGED',
  'NOT_ENCRYPTED',
  'NEEDS_ENCRYPTION',
  'NOT_A_RECEIVER',
  'NOT_TRUSTED',
  'CERTIFICATE_NOT_VALID',
])

const needsAnew = new Set(['SOURCE_CHANGED', 'PARAMS_CHANGED', 'FINAL_CHECKSUM', 'STORED_OTHER'])

export function needsStartAnew(reason: string): boolean {
  return needsAnew.has(reason)
}

/** Judges what an attempt threw. `usedChances` counts failures so far of the kind that is tried again only once. */
export function verdictOn(thrown: unknown, usedChances: number): Verdict {
  const { reason, message, remedy } = thrown instanceof UploadError ? thrown : mistake(thrown)
  const usedChance = remedy === 'retry-once'
  const common = { reason, message, startAnew: needsStartAnew(reason), usedChance }
  const isWide = receiverWide.has(reason)
  if (remedy === 'stop') return { ...common, next: isWide ? 'give-up-receiver' : 'give-up' }
  if (usedChance && usedChances > 0) return { ...common, next: 'give-up' }
  return { ...common, next: isWide ? 'hold-receiver' : 'wait' }
}

function mistake(thrown: unknown): UploadError {
  const text = thrown instanceof Error ? thrown.message : String(thrown)
  return new UploadError('INTERNAL', `Longshore made a mistake: ${text}`, 'retry-once', { cause: thrown })
}
