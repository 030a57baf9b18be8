import { memo, useMemo } from 'react'
import { useActions, useWindow } from '../actions/window-context.ts'
import type { Row } from '../model/queue-rows.ts'
import type { Edge } from '../model/reorder.ts'
import { totalsOf } from '../model/totals.ts'
import { isWhole } from '../model/view.ts'
import { FolderRow } from './folder-row.tsx'
import { UploadRow } from './upload-row.tsx'

type Props = {
  readonly row: Row
  readonly index: number
  readonly topPx: number
  /** One row of the list is reached with Tab, the others from there with the arrow keys. */
  readonly isTabStop: boolean
  /** Where the dragged rows would go, if beside this one. */
  readonly dropEdge: Edge | undefined
  readonly measure: (element: HTMLElement | null) => void
}

/** One place in the list. Renders again only when its own upload changed. */
export const QueueRow = memo(function QueueRow({ row, index, topPx, isTabStop, dropEdge, measure }: Props) {
  const isSelected = useWindow((state) => state.selection.keys.has(row.key))
  return (
    // biome-ignore lint/a11y/useSemanticElements: rows are placed by hand, and a <tr> outside a table's layout is no row to a screen reader.
    <div
      className="queue-row"
      ref={measure}
      role="row"
      tabIndex={isTabStop ? 0 : -1}
      data-index={index}
      data-level={row.level}
      data-drop={dropEdge}
      // In open details a text can be selected, which a row that can be dragged would not let happen.
      draggable={row.kind === 'folder' || !row.open}
      aria-rowindex={index + 1}
      aria-level={row.level}
      aria-posinset={row.position + 1}
      aria-setsize={row.siblingCount}
      aria-expanded={row.open}
      aria-selected={isSelected}
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
  const { toggleRow } = useActions()
  return upload && <UploadRow upload={upload} level={row.level} isOpen={row.open} onToggle={() => toggleRow(row.key)} />
}

function FolderPlace({ row }: { readonly row: Extract<Row, { kind: 'folder' }> }) {
  const totals = useFolderTotals(row)
  const receiver = useWindow((state) => state.uploads.get(row.shownIds[0] ?? '')?.receiver)
  const { toggleRow } = useActions()
  return totals && <FolderRow row={row} totals={totals} receiver={receiver ?? ''} onToggle={() => toggleRow(row.key)} />
}

/** Of all files of a folder, or of those that the filter and the search show. */
function useFolderTotals({ folderId, shownIds }: Extract<Row, { kind: 'folder' }>) {
  const whole = useWindow((state) => (isWhole(state.view) ? state.folderTotals.get(folderId) : undefined))
  const uploads = useWindow((state) => (isWhole(state.view) ? undefined : state.uploads))
  const ofShown = useMemo(
    () => uploads && totalsOf(shownIds.flatMap((id) => uploads.get(id) ?? [])),
    [uploads, shownIds],
  )
  return whole ?? ofShown
}
