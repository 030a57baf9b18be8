import { policyFor } from '../../../proto/reasons.ts'
import type { Stop } from '../../contract/contract.ts'
import { UploadError } from '../base/errors.ts'

/** What becomes of an upload after a failed attempt. */
export type Verdict = {
  readonly why: Stop
  /**
   * Give up and wait for the person, with this upload or with all to its receiver; hold back the whole receiver; or let
   * only this upload wait.
   */
  readonly next: 'give-up' | 'give-up-receiver' | 'hold-receiver' | 'wait'
  /** Another try with the same record would end the same way: take the source as a new upload. */
  readonly startAnew: boolean
  /** This failure used up the second chance. */
  readonly usedChance: boolean
}

/** Judges what an attempt threw. `usedChances` counts failures so far of the kind that is tried again only once. */
export function verdictOn(thrown: unknown, usedChances: number): Verdict {
  const { reason, remedy, why } = thrown instanceof UploadError ? thrown : mistake(thrown)
  const usedChance = remedy === 'retry-once'
  const { ofReceiver, anew } = policyFor(reason)
  const common = { why, startAnew: anew === true, usedChance }
  if (remedy === 'stop') return { ...common, next: ofReceiver ? 'give-up-receiver' : 'give-up' }
  if (usedChance && usedChances > 0) return { ...common, next: 'give-up' }
  return { ...common, next: ofReceiver ? 'hold-receiver' : 'wait' }
}

function mistake(thrown: unknown): UploadError {
  const text = thrown instanceof Error ? thrown.message : String(thrown)
  return new UploadError('INTERNAL', `Longshore made a mistake: ${text}`, { cause: thrown })
}
