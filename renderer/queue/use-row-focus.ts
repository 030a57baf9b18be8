import { defaultRangeExtractor, type Range } from '@tanstack/react-virtual'
import { type FocusEvent, type RefObject, useEffect, useRef, useState } from 'react'
import type { QueueRows } from '../model/queue-rows.ts'

type Options = {
  readonly rows: QueueRows
  readonly scroller: RefObject<HTMLElement | null>
  readonly scrollTo: (index: number) => void
}

/**
 * One row has the focus, or gets it with Tab. When the focused row or button disappears, the row now in its place gets
 * the focus.
 */
export function useRowFocus({ rows, scroller, scrollTo }: Options) {
  const [focusedKey, setFocusedKey] = useState<string>()
  const lastIndex = useRef(0)
  const wantsFocus = useRef(false)
  const known = indexNear(rows, focusedKey, lastIndex.current)
  const index = known === -1 ? Math.min(lastIndex.current, rows.count - 1) : known

  // Without dependencies: any change of the list may be the one that took the focused element away.
  useEffect(() => {
    lastIndex.current = index
    const focused = document.activeElement
    const isElsewhere = focused !== document.body && scroller.current?.contains(focused) !== true
    if (!wantsFocus.current || isElsewhere) return
    const row = scroller.current?.querySelector<HTMLElement>(`[data-index="${index}"]`)
    if (row?.contains(focused) === false) row.focus({ preventScroll: true })
  })

  /** Focuses the row nearest to a line, and answers its key. */
  const goTo = (target: number): string | undefined => {
    const nearest = Math.max(0, Math.min(rows.count - 1, target))
    const key = rows.keyAt(nearest)
    if (key === undefined) return undefined
    setFocusedKey(key)
    scrollTo(nearest)
    return key
  }

  const onFocus = ({ target }: FocusEvent<HTMLElement>) => {
    wantsFocus.current = true
    const key = rows.keyAt(Number(target.closest<HTMLElement>('[data-index]')?.dataset.index ?? -1))
    if (key !== undefined) setFocusedKey(key)
  }
  const onBlur = ({ relatedTarget }: FocusEvent<HTMLElement>) => {
    // Without a next element the focus was lost, not moved: the row may have been removed.
    if (relatedTarget !== null && !scroller.current?.contains(relatedTarget)) wantsFocus.current = false
  }

  return { index, goTo, handlers: { onFocus, onBlur } }
}

/** Where a line is, which is mostly where it was. */
function indexNear(rows: QueueRows, key: string | undefined, lastIndex: number): number {
  if (key === undefined) return -1
  return rows.keyAt(lastIndex) === key ? lastIndex : rows.indexOf(key)
}

/** The rows to render, and the focused one wherever it is: an element that is not there cannot keep the focus. */
export function withFocused(range: Range, focused: number): number[] {
  const visible = defaultRangeExtractor(range)
  if (focused < 0 || focused >= range.count || visible.includes(focused)) return visible
  return [...visible, focused].sort((a, b) => a - b)
}
