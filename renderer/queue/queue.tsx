import { useVirtualizer } from '@tanstack/react-virtual'
import { useCallback, useMemo, useRef } from 'react'
import { useWindow } from '../actions/window-context.ts'
import { queueRows } from '../model/queue-rows.ts'
import { useText } from '../words/text.ts'
import { NothingShown } from './nothing-shown.tsx'
import { QueueMenu } from './queue-menu.tsx'
import { QueueRow } from './queue-row.tsx'
import { useQueueKeys } from './use-queue-keys.ts'
import { useRowClicks } from './use-row-clicks.ts'
import { useRowDrag } from './use-row-drag.ts'
import { useRowFocus, withFocused } from './use-row-focus.ts'

/** Of a row that has not been on the screen yet, px; measured once it is. */
const USUAL_ROW_HEIGHT_PX = 66

/** The uploads. However long the list, only the rows near the visible ones exist. */
export function Queue() {
  const { t } = useText()
  const shown = useWindow((state) => state.shown)
  const openRows = useWindow((state) => state.openRows)
  const rows = useMemo(() => queueRows(shown, openRows), [shown, openRows])
  const scroller = useRef<HTMLDivElement>(null)
  const focus = useRowFocus({ rows, scroller, scrollTo: (index) => virtualizer.scrollToIndex(index) })
  const onKeyDown = useQueueKeys({ rows, ...focus })
  const clicks = useRowClicks(rows)
  const drag = useRowDrag(rows)

  // The same function for the same lines: another one has all of them laid out anew.
  const getItemKey = useCallback((index: number) => rows.keyAt(index) ?? index, [rows])
  const virtualizer = useVirtualizer({
    count: rows.count,
    getScrollElement: () => scroller.current,
    getItemKey,
    estimateSize: () => USUAL_ROW_HEIGHT_PX,
    rangeExtractor: (range) => withFocused(range, focus.index),
    overscan: 6,
    useFlushSync: false,
  })

  if (rows.count === 0) return <NothingShown />
  return (
    <QueueMenu rows={rows}>
      <div
        className="queue"
        ref={scroller}
        role="treegrid"
        aria-label={t('queue.label')}
        aria-rowcount={rows.count}
        aria-multiselectable
        onKeyDown={onKeyDown}
        {...focus.handlers}
        {...clicks}
        {...drag.handlers}
      >
        <div className="queue-rows" role="presentation" style={{ height: virtualizer.getTotalSize() }}>
          {virtualizer.getVirtualItems().map(({ key, index, start }) => {
            const row = rows.at(index)
            if (row === undefined) return null
            return (
              <QueueRow
                key={key}
                row={row}
                index={index}
                topPx={start}
                isTabStop={index === focus.index}
                dropEdge={drag.place?.key === row.key ? drag.place.edge : undefined}
                measure={virtualizer.measureElement}
              />
            )
          })}
        </div>
      </div>
    </QueueMenu>
  )
}
