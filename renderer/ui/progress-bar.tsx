import type { UploadStatus } from '../../main/contract/contract.ts'
import { wholePercent } from '../words/format.ts'

type Props = {
  readonly label: string
  /** Stored, 0 to 1. */
  readonly share: number
  /** Read again and compared by the receiver, 0 to 1; drawn over the stored part. */
  readonly shareVerified?: number
  /** Colours the bar. */
  readonly kind: UploadStatus['kind']
}

/** How far something is. */
export function ProgressBar({ label, share, shareVerified, kind }: Props) {
  return (
    <div
      className="bar"
      data-kind={kind}
      role="progressbar"
      aria-label={label}
      aria-valuemin={0}
      aria-valuemax={100}
      aria-valuenow={wholePercent(share)}
    >
      <div className="bar-stored" style={{ transform: `scaleX(${share})` }} />
      {shareVerified !== undefined && (
        <div className="bar-verified" style={{ transform: `scaleX(${shareVerified})` }} />
      )}
    </div>
  )
}
