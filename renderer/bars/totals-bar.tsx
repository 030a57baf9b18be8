import type { UploadStatus } from '../../main/contract/contract.ts'
import { useWindow } from '../actions/window-context.ts'
import { type Summary, summaryOf } from '../model/totals.ts'
import { speedParts, Tally } from '../queue/tally.tsx'
import { ProgressBar } from '../ui/progress-bar.tsx'
import { useText } from '../words/text.ts'
import { BulkButtons } from './bulk-buttons.tsx'
import { RateChart } from './rate-chart.tsx'
import { SelectionBar } from './selection-bar.tsx'

/** The whole queue in one line, and what can be done to all of it. */
export function TotalsBar() {
  const text = useText()
  const { t } = text
  const totals = useWindow((state) => state.totals)
  const bottleneck = useWindow((state) => state.bottleneck)
  const hasRates = useWindow((state) => state.rates.length > 1)
  const isSelecting = useWindow((state) => state.selection.keys.size > 0)
  const summary = summaryOf(totals)
  const sizes = t('size.of', { stored: text.bytes(summary.bytesStored), total: text.bytes(summary.bytesTotal) })
  const limitedBy = summary.countOf.sending > 0 ? bottleneck?.stage : undefined
  return (
    <section className="totals" aria-label={t('totals.label')}>
      <div className="totals-figures" data-testid="totals">
        <strong className="totals-share">{text.share(summary.share)}</strong>
        <div>
          <div>{[sizes, ...speedParts(summary, text)].join(' · ')}</div>
          <div className="totals-states">
            <Tally summary={summary} />
            {limitedBy !== undefined && <span className="limited">{t(`limit.${limitedBy}`)}</span>}
          </div>
        </div>
        {hasRates && <RateChart />}
      </div>
      {isSelecting ? <SelectionBar /> : <BulkButtons />}
      <ProgressBar label={t('totals.progress')} share={summary.share} kind={kindOf(summary)} />
    </section>
  )
}

function kindOf({ count, countOf }: Summary): UploadStatus['kind'] {
  if (countOf.done === count) return 'done'
  return countOf.sending + countOf.verifying > 0 ? 'sending' : 'waiting'
}
