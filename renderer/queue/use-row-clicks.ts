import type { MouseEvent } from 'react'
import { useActions, useStoreState } from '../actions/window-context.ts'
import type { QueueRows } from '../model/queue-rows.ts'
import { selectOnly, selectTo, toggleSelected } from '../model/selection.ts'

/** A click selects a row, with Ctrl or Command one more, with Shift up to it; a double click opens it. */
export function useRowClicks(rows: QueueRows) {
  const { select, toggleRow } = useActions()
  const now = useStoreState()

  return {
    onClick(event: MouseEvent<HTMLElement>) {
      const key = rowKeyAt(event, rows)
      if (key === undefined) return
      const { selection } = now()
      if (event.shiftKey) select(selectTo(selection, rows, key))
      else select(event.ctrlKey || event.metaKey ? toggleSelected(selection, key) : selectOnly(key))
    },
    onDoubleClick(event: MouseEvent<HTMLElement>) {
      const key = rowKeyAt(event, rows)
      if (key !== undefined) toggleRow(key)
    },
    /**
     * The menu is about what is selected: a row that is not, is selected alone first. Beside the rows there is no menu.
     */
    onContextMenu(event: MouseEvent<HTMLElement>) {
      const line = (event.target as HTMLElement).closest<HTMLElement>('[data-index]')
      const key = rows.keyAt(Number(line?.dataset.index ?? -1))
      if (key === undefined) event.preventDefault()
      else if (!now().selection.keys.has(key)) select(selectOnly(key))
    },
  }
}

/** The row that was clicked; none when it was one of its buttons, or its details, where a text may be selected. */
function rowKeyAt({ target }: MouseEvent<HTMLElement>, rows: QueueRows): string | undefined {
  const element = target as HTMLElement
  if (element.closest('button, .details') !== null) return undefined
  return rows.keyAt(Number(element.closest<HTMLElement>('[data-index]')?.dataset.index ?? -1))
}
