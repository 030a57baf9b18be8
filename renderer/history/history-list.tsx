import { useVirtualizer } from '@tanstack/react-virtual'
import { useRef } from 'react'
import type { HistoryPage, Receipt } from '../../main/contract/history.ts'
import { THIS_COMPUTER } from '../../main/contract/receivers.ts'
import { useText } from '../words/text.ts'

/** Two lines of text and the space around them. */
const ROW_HEIGHT_PX = 50

type Props = {
  readonly history: HistoryPage
  /** Something was searched for. */
  readonly isSearch: boolean
}

/** Receipts, of which only those near the visible ones exist. */
export function HistoryList({ history, isSearch }: Props) {
  const { t } = useText()
  const { receipts, found } = history
  const scroller = useRef<HTMLDivElement>(null)
  const virtualizer = useVirtualizer({
    count: receipts.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT_PX,
    overscan: 6,
    useFlushSync: false,
  })
  return (
    <>
      <p className="sheet-hint" role="status" data-testid="history-found">
        {found === 0 && t(isSearch ? 'history.noneFound' : 'history.none')}
        {found > receipts.length && t('history.newest', { shown: receipts.length, amount: found })}
        {found > 0 && found === receipts.length && t('history.found', { count: found })}
      </p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be scrolled with keys, too. */}
      <section className="history" ref={scroller} tabIndex={0} aria-label={t('history.title')}>
        <ul style={{ height: virtualizer.getTotalSize() }}>
          {virtualizer.getVirtualItems().map(({ key, index, start }) => {
            const receipt = receipts[index]
            if (receipt === undefined) return null
            return <HistoryRow key={key} receipt={receipt} index={index} count={receipts.length} topPx={start} />
          })}
        </ul>
      </section>
    </>
  )
}

type RowProps = {
  readonly receipt: Receipt
  readonly index: number
  readonly count: number
  readonly topPx: number
}

function HistoryRow({ receipt, index, count, topPx }: RowProps) {
  const { t, bytes, instant } = useText()
  const { name, storedAs, sizeBytes, digest, receiver, receiverId, finishedAtMs } = receipt
  const to = receiverId === THIS_COMPUTER ? t('receiver.thisComputer') : receiver
  return (
    <li
      className="history-row"
      data-testid="receipt"
      data-name={name}
      aria-setsize={count}
      aria-posinset={index + 1}
      style={{ transform: `translateY(${topPx}px)` }}
    >
      <strong className="history-name" title={name}>
        {name}
      </strong>
      <span className="history-size">{bytes(sizeBytes)}</span>
      <span className="history-state">{t('history.verified', { date: instant(finishedAtMs) })}</span>
      <span className="history-place" title={storedAs}>
        {t('history.to', { receiver: to, storedAs })}
      </span>
      <code className="history-digest" title={digest && t(`details.${digest.kind}`)}>
        {digest?.hex}
      </code>
    </li>
  )
}
