import { ReceiveError } from '../base/errors.ts'
import type { UploadRecord } from '../ledger/ledger.ts'
import type { OnVerified } from './finish.ts'

/** Somebody who waits for a file to be verified and published. */
export type Waiting = {
  /** For whom the fair queue reads it again; see `senderOf`. */
  readonly sender: string
  /** @default nobody is told */
  readonly onVerified?: OnVerified
  /** Throws the ReceiveError with which it may not go on with what is recorded. @default it always may */
  readonly mustBeAllowed?: (record: UploadRecord) => void
}

/**
 * Tells those who wait how far it is. A device may have been given another token since, and one call with each of them
 * wait: one that may go on is enough.
 *
 * @throws ReceiveError when none may go on: that of the first.
 */
export function tellWaiting(waiting: ReadonlySet<Waiting>, record: UploadRecord, verifiedBytes: number): void {
  const refusals = [...waiting].map((one) => refusalOf(one, record))
  const [refusal] = refusals
  if (refusal !== undefined && !refusals.includes(undefined)) throw refusal
  for (const { onVerified } of waiting) onVerified?.(verifiedBytes)
}

/** Why somebody who waits may not go on; undefined while it may. */
function refusalOf({ mustBeAllowed }: Waiting, record: UploadRecord): ReceiveError | undefined {
  try {
    mustBeAllowed?.(record)
    return undefined
  } catch (error) {
    if (error instanceof ReceiveError) return error
    throw error
  }
}
