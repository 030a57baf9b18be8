import { defaultRangeExtractor, type Range } from '@tanstack/react-virtual'
import { type FocusEvent, type KeyboardEvent, type RefObject, useEffect, useRef, useState } from 'react'
import { moveByOne, type QueueItem, type Row } from '../selectors.ts'
import { useActions } from '../window-context.ts'

type Options = {
  readonly list: readonly Row[]
  readonly items: readonly QueueItem[]
  readonly scroller: RefObject<HTMLElement | null>
  readonly scrollTo: (index: number) => void
}

/**
 * The keys of a tree grid: up, down, home and end walk from row to row; right opens a row, left closes it or
 * goes to its folder; with Alt, up and down move the row.
 * When the focused row or button disappears, the row now in its place gets the focus.
 */
export function useRowFocus({ list, items, scroller, scrollTo }: Options) {
  const { move, toggleRow } = useActions()
  const [focusedKey, setFocusedKey] = useState<string>()
  const lastIndex = useRef(0)
  const wantsFocus = useRef(false)
  const known = list.findIndex(({ key }) => key === focusedKey)
  const index = known === -1 ? Math.min(lastIndex.current, list.length - 1) : known

  // Without dependencies: any change of the list may be the one that took the focused element away.
  useEffect(() => {
    lastIndex.current = index
    const focused = document.activeElement
    const isElsewhere = focused !== document.body && scroller.current?.contains(focused) !== true
    if (!wantsFocus.current || isElsewhere) return
    const row = scroller.current?.querySelector<HTMLElement>(`[data-index="${index}"]`)
    if (row?.contains(focused) === false) row.focus({ preventScroll: true })
  })

  const goTo = (target: number) => {
    const row = list[Math.max(0, Math.min(list.length - 1, target))]
    if (row === undefined) return
    setFocusedKey(row.key)
    scrollTo(list.indexOf(row))
  }

  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    const row = list[index]
    if (row === undefined || event.ctrlKey || event.metaKey) return
    const step = { ArrowUp: -1, ArrowDown: 1 }[event.key]
    if (step !== undefined && event.altKey) {
      const target = moveByOne(items, row, step < 0 ? 'up' : 'down')
      if (target !== undefined) move(target.ids, target.before)
    } else if (step !== undefined) goTo(index + step)
    else if (event.key === 'Home') goTo(0)
    else if (event.key === 'End') goTo(list.length - 1)
    else if (event.key === 'ArrowRight' && !row.open) toggleRow(row.key)
    else if (event.key === 'ArrowLeft' && row.open) toggleRow(row.key)
    else if (event.key === 'ArrowLeft' && row.kind === 'upload' && row.level === 2) goTo(index - row.position - 1)
    else return
    event.preventDefault()
  }

  const onFocus = ({ target }: FocusEvent<HTMLElement>) => {
    wantsFocus.current = true
    const row = list[Number(target.closest<HTMLElement>('[data-index]')?.dataset.index)]
    if (row !== undefined) setFocusedKey(row.key)
  }
  const onBlur = ({ relatedTarget }: FocusEvent<HTMLElement>) => {
    // Without a next element the focus was lost, not moved: the row may have been removed.
    if (relatedTarget !== null && !scroller.current?.contains(relatedTarget)) wantsFocus.current = false
  }

  return { index, handlers: { onKeyDown, onFocus, onBlur } }
}

/** The rows to render, and the focused one wherever it is: an element that is not there cannot keep the focus. */
export function withFocused(range: Range, focused: number): number[] {
  const visible = defaultRangeExtractor(range)
  if (focused < 0 || focused >= range.count || visible.includes(focused)) return visible
  return [...visible, focused].sort((a, b) => a - b)
}
