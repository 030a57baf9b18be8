import { type DragEvent, useState } from 'react'
import { useActions, useStoreState } from '../actions/window-context.ts'
import type { QueueRows, Row } from '../model/queue-rows.ts'
import { areSiblings, type Edge, moveBeside } from '../model/reorder.ts'
import { selectOnly } from '../model/selection.ts'

/** Tells rows that are dragged from files that come from outside. */
const DRAGGED_ROWS = 'application/x-longshore-rows'

/** Where the dragged rows would go. */
export type DropPlace = { readonly key: string; readonly edge: Edge }

/** Rows are dragged to another place among their siblings, all selected ones together. */
export function useRowDrag(rows: QueueRows) {
  const { move, select } = useActions()
  const now = useStoreState()
  const [dragged, setDragged] = useState<Row>()
  const [place, setPlace] = useState<DropPlace>()

  const stop = () => {
    setDragged(undefined)
    setPlace(undefined)
  }

  const handlers = {
    onDragStart(event: DragEvent<HTMLElement>) {
      const row = rowUnder(event, rows)
      if (row === undefined) return
      event.dataTransfer.setData(DRAGGED_ROWS, row.key)
      event.dataTransfer.effectAllowed = 'move'
      if (!now().selection.keys.has(row.key)) select(selectOnly(row.key))
      setDragged(row)
    },
    onDragOver(event: DragEvent<HTMLElement>) {
      const row = rowUnder(event, rows)
      if (dragged === undefined || row === undefined || !areSiblings(now().queue, dragged, row))
        return setPlace(undefined)
      event.preventDefault()
      event.dataTransfer.dropEffect = 'move'
      const box = event.target instanceof Element && event.target.closest('[data-index]')?.getBoundingClientRect()
      const edge = box && event.clientY < box.top + box.height / 2 ? 'above' : 'below'
      if (place?.key !== row.key || place.edge !== edge) setPlace({ key: row.key, edge })
    },
    onDragLeave({ currentTarget, relatedTarget }: DragEvent<HTMLElement>) {
      if (!currentTarget.contains(relatedTarget as Node | null)) setPlace(undefined)
    },
    onDrop(event: DragEvent<HTMLElement>) {
      if (dragged === undefined || place === undefined) return
      event.preventDefault()
      const { queue, selection } = now()
      move(moveBeside(queue, dragged, selection.keys, place.key, place.edge))
      stop()
    },
    onDragEnd: stop,
  }
  return { place, handlers }
}

function rowUnder({ target }: DragEvent<HTMLElement>, rows: QueueRows): Row | undefined {
  const line = target instanceof Element ? target.closest<HTMLElement>('[data-index]') : null
  return rows.at(Number(line?.dataset.index ?? -1))
}
