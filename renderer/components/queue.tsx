import { useVirtualizer } from '@tanstack/react-virtual'
import { useMemo, useRef } from 'react'
import { rows } from '../selectors.ts'
import { useText } from '../text.ts'
import { useWindow } from '../window-context.ts'
import { QueueRow } from './queue-row.tsx'
import { useRowFocus, withFocused } from './use-row-focus.ts'

/** Of a row that has not been on the screen yet, px; measured once it is. */
const USUAL_ROW_HEIGHT_PX = 66

/** The uploads. However long the list, only the rows near the visible ones exist. */
export function Queue() {
  const { t } = useText()
  const items = useWindow((state) => state.items)
  const openRows = useWindow((state) => state.openRows)
  const list = useMemo(() => rows(items, openRows), [items, openRows])
  const scroller = useRef<HTMLDivElement>(null)
  const focus = useRowFocus({ list, items, scroller, scrollTo: (index) => virtualizer.scrollToIndex(index) })

  const virtualizer = useVirtualizer({
    count: list.length,
    getScrollElement: () => scroller.current,
    getItemKey: (index) => list[index]?.key ?? index,
    estimateSize: () => USUAL_ROW_HEIGHT_PX,
    rangeExtractor: (range) => withFocused(range, focus.index),
    overscan: 6,
    useFlushSync: false,
  })

  return (
    <div
      className="queue"
      ref={scroller}
      role="treegrid"
      aria-label={t('queue.label')}
      aria-rowcount={list.length}
      {...focus.handlers}
    >
      <div className="queue-rows" role="presentation" style={{ height: virtualizer.getTotalSize() }}>
        {virtualizer.getVirtualItems().map(({ key, index, start }) => {
          const row = list[index]
          if (row === undefined) return null
          return (
            <QueueRow
              key={key}
              row={row}
              index={index}
              topPx={start}
              isTabStop={index === focus.index}
              measure={virtualizer.measureElement}
            />
          )
        })}
      </div>
    </div>
  )
}
