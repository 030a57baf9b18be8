import type { KeyboardEvent } from 'react'
import { useActions, useStoreState } from '../actions/window-context.ts'
import type { QueueRows } from '../model/queue-rows.ts'
import { moveByOne } from '../model/reorder.ts'
import { idsOf, NO_SELECTION, selectAll, selectOnly, selectTo, toggleSelected } from '../model/selection.ts'
import { type KeyIntent, keyIntent } from './queue-keys.ts'

type Options = {
  readonly rows: QueueRows
  /** The line that has the focus. */
  readonly index: number
  readonly goTo: (index: number) => string | undefined
}

/**
 * The keys of the queue. They are about the selected rows when the focused one is among them, else about the focused
 * one alone.
 */
export function useQueueKeys({ rows, index, goTo }: Options) {
  const { move, pauseOrResume, remove, retry, select, toggleRow } = useActions()
  const now = useStoreState()

  function carryOut(intent: KeyIntent): void {
    const row = rows.at(index)
    if (row === undefined) return
    const { selection, queue, ...state } = now()
    const keys = selection.keys.has(row.key) ? selection.keys : new Set([row.key])
    switch (intent.kind) {
      case 'go':
        go(intent, row.key)
        break
      case 'move':
        move(moveByOne(queue, rows, row, keys, intent.direction))
        break
      case 'open':
        if (!row.open) toggleRow(row.key)
        break
      case 'close':
        if (row.open) toggleRow(row.key)
        else if (row.level === 2) goTo(index - row.position - 1)
        break
      case 'toggle':
        toggleRow(row.key)
        break
      case 'select-all':
        select(selectAll(selection, rows))
        break
      case 'select-none':
        select(NO_SELECTION)
        break
      case 'toggle-selected':
        select(toggleSelected(selection, row.key))
        break
      case 'pause-or-resume':
        pauseOrResume(idsOf(keys, state))
        break
      case 'retry':
        retry(idsOf(keys, state))
        break
      case 'remove':
        remove(idsOf(keys, state))
        break
    }
  }

  function go({ by, selecting }: Extract<KeyIntent, { kind: 'go' }>, from: string): void {
    const key = goTo(by === 'first' ? 0 : by === 'last' ? rows.count - 1 : index + by)
    if (key === undefined || selecting === 'keep') return
    const { selection } = now()
    const begun = selection.anchor === undefined ? selectOnly(from) : selection
    select(selecting === 'extend' ? selectTo(begun, rows, key) : selectOnly(key))
  }

  return (event: KeyboardEvent<HTMLElement>) => {
    const intent = keyIntent(event)
    const isOnRow = (event.target as HTMLElement).dataset.index !== undefined
    const pressesButton = event.key === ' ' || event.key === 'Enter'
    if (intent === undefined || (pressesButton && !isOnRow)) return
    carryOut(intent)
    event.preventDefault()
  }
}
