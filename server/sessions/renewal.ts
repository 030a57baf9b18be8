import { DEFAULT_DIGEST_KIND } from '../../proto/digest/digest-forms.ts'
import type { UploadRecord } from '../ledger/ledger.ts'

/** What may change when an upload is opened again. */
export type Renewal = Pick<UploadRecord, 'modifiedAtMs' | 'onConflict' | 'skipSame' | 'begunAtMs' | 'verifiedBy'>

/**
 * What is recorded of an upload that is opened again. One that is being finished is still verified by the digest that
 * this was asked with.
 */
export function renewed(record: UploadRecord, renewal: Renewal, isFinishing: boolean): UploadRecord {
  const { modifiedAtMs, onConflict, skipSame = false, begunAtMs, verifiedBy } = renewal
  const { verifiedBy: before, ...rest } = record
  const digest = isFinishing ? before : verifiedBy
  return {
    ...rest,
    modifiedAtMs,
    onConflict,
    skipSame,
    ...(begunAtMs !== undefined && { begunAtMs }),
    ...(digest !== undefined && digest !== DEFAULT_DIGEST_KIND && { verifiedBy: digest }),
    generation: record.generation + 1,
  }
}
