import { memo } from 'react'
import { moveByOne, pick, type Row } from '../selectors.ts'
import { useActions, useWindow } from '../window-context.ts'
import { FolderRow } from './folder-row.tsx'
import { UploadRow } from './upload-row.tsx'

type Props = {
  readonly row: Row
  readonly index: number
  readonly topPx: number
  /** One row of the list is reached with Tab, the others from there with the arrow keys. */
  readonly isTabStop: boolean
  readonly measure: (element: HTMLElement | null) => void
}

/** One place in the list. Renders again only when its own upload changed. */
export const QueueRow = memo(function QueueRow({ row, index, topPx, isTabStop, measure }: Props) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: rows are placed by hand, and a <tr> outside a table's layout is no row to a screen reader.
    <div
      className="queue-row"
      ref={measure}
      role="row"
      tabIndex={isTabStop ? 0 : -1}
      data-index={index}
      data-level={row.kind === 'upload' ? row.level : 1}
      aria-rowindex={index + 1}
      aria-level={row.kind === 'upload' ? row.level : 1}
      aria-posinset={row.position + 1}
      aria-setsize={row.siblingCount}
      aria-expanded={row.open}
      style={{ transform: `translateY(${topPx}px)` }}
    >
      {/* biome-ignore lint/a11y/useSemanticElements: as for the row. */}
      {/* biome-ignore lint/a11y/useFocusableInteractive: the row takes the focus for its only cell. */}
      <div role="gridcell">{row.kind === 'folder' ? <FolderPlace row={row} /> : <UploadPlace row={row} />}</div>
    </div>
  )
})

function UploadPlace({ row }: { readonly row: Extract<Row, { kind: 'upload' }> }) {
  const upload = useWindow((state) => state.uploads.get(row.id))
  const place = usePlace(row)
  return upload && <UploadRow upload={upload} level={row.level} place={place} />
}

function FolderPlace({ row }: { readonly row: Extract<Row, { kind: 'folder' }> }) {
  const uploads = useWindow((state) => state.uploads)
  const place = usePlace(row)
  return <FolderRow name={row.name} uploads={pick(uploads, row.ids)} place={place} />
}

/** What a row can do about its place in the list. */
export type Place = {
  readonly isOpen: boolean
  readonly isFirst: boolean
  readonly isLast: boolean
  toggle(): void
  moveUp(): void
  moveDown(): void
}

function usePlace(row: Row): Place {
  const { move, toggleRow } = useActions()
  const items = useWindow((state) => state.items)
  const step = (direction: 'up' | 'down') => {
    const target = moveByOne(items, row, direction)
    if (target !== undefined) move(target.ids, target.before)
  }
  return {
    isOpen: row.open,
    isFirst: row.position === 0,
    isLast: row.position === row.siblingCount - 1,
    toggle: () => toggleRow(row.key),
    moveUp: () => step('up'),
    moveDown: () => step('down'),
  }
}
