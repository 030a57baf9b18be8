import type { UploadStatus } from '../../main/contract/contract.ts'
import type { Summary } from '../model/totals.ts'
import { type Text, useText } from '../words/text.ts'

const kinds = ['sending', 'verifying', 'waiting', 'paused', 'interrupted', 'failed', 'done'] as const

/** How many uploads are in each state somebody is in: `2 sending · 1 failed · 3 done`. */
export function Tally({ summary, omit }: { readonly summary: Summary; readonly omit?: UploadStatus['kind'] }) {
  const { t } = useText()
  const present = kinds.filter((kind) => kind !== omit && summary.countOf[kind] > 0)
  return (
    <div className="tally">
      {present.map((kind) => (
        <span key={kind} data-kind={kind}>
          {t(`tally.${kind}`, { amount: summary.countOf[kind] })}
        </span>
      ))}
    </div>
  )
}

/** Rate and time left, as far as they are known. */
export function speedParts(
  { bytesPerSecond, secondsLeft }: { readonly bytesPerSecond?: number; readonly secondsLeft?: number },
  { t, rate, duration }: Text,
): readonly string[] {
  return [
    ...(bytesPerSecond === undefined ? [] : [rate(bytesPerSecond)]),
    ...(secondsLeft === undefined ? [] : [t('size.left', { duration: duration(secondsLeft) })]),
  ]
}
