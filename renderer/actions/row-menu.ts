import { canCancel, canPause, canResume, canRetry } from '../../main/contract/contract.ts'
import type { QueueRows } from '../model/queue-rows.ts'
import { moveByOne, moveToEnd } from '../model/reorder.ts'
import { idsOf } from '../model/selection.ts'
import type { WindowState } from '../model/store.ts'
import { allowsAny, totalsOf } from '../model/totals.ts'
import type { Text } from '../words/text.ts'
import type { Actions } from './actions.ts'
import { receiverNamesOf } from './receiver-name.ts'
import { reportText } from './upload-report.ts'

/** One entry of the menu of the queue. */
export type MenuChoice = {
  readonly id:
    | 'pause'
    | 'resume'
    | 'resumeNow'
    | 'retry'
    | 'open'
    | 'close'
    | 'reveal'
    | 'copyDetails'
    | 'moveFirst'
    | 'moveUp'
    | 'moveDown'
    | 'moveLast'
    | 'cancel'
    | 'clear'
  /** The keys that do the same. */
  readonly keys?: string
  readonly onChoose: () => void
}

/** Entries that stand together. */
export type MenuGroup = readonly MenuChoice[]

/** What can be done to the selected rows. Entries that would do nothing are left out, and so are groups without any. */
export function menuChoices(
  state: WindowState,
  rows: QueueRows,
  actions: Pick<Actions, 'pause' | 'resume' | 'retry' | 'toggleRow' | 'reveal' | 'copy' | 'move' | 'remove'>,
  text: Text,
): readonly MenuGroup[] {
  const { selection, uploads, queue, receivers } = state
  const words = { ...text, receiverName: receiverNamesOf(receivers, text.t) }
  const { keys } = selection
  const ids = idsOf(keys, state)
  const chosen = ids.flatMap((id) => uploads.get(id) ?? [])
  const totals = totalsOf(chosen)
  const [canBePaused, canBeResumed] = [allowsAny(totals, canPause), allowsAny(totals, canResume)]
  const [onlyKey] = keys
  const single = keys.size === 1 && onlyKey !== undefined ? rows.at(rows.indexOf(onlyKey)) : undefined
  const [upload] = chosen
  const troubled = chosen.filter(({ status }) => status.kind === 'failed' || status.kind === 'interrupted')

  const running = [
    ...some(canBePaused, { id: 'pause', keys: 'Space', onChoose: () => actions.pause(ids) }),
    ...some(canBeResumed, {
      id: canBePaused ? 'resumeNow' : 'resume',
      ...(!canBePaused && { keys: 'Space' }),
      onChoose: () => actions.resume(ids),
    }),
    ...some(allowsAny(totals, canRetry), { id: 'retry', keys: 'R', onChoose: () => actions.retry(ids) }),
  ]
  const looking = [
    ...(single === undefined
      ? []
      : some(true, {
          id: single.open ? 'close' : 'open',
          keys: 'Enter',
          onChoose: () => actions.toggleRow(single.key),
        })),
    ...(single?.kind === 'upload' && upload !== undefined
      ? some(true, { id: 'reveal', onChoose: () => actions.reveal(upload.id) })
      : []),
    ...some(troubled.length > 0, { id: 'copyDetails', onChoose: () => actions.copy(reportText(troubled, words)) }),
  ]
  const remove = { onChoose: () => actions.remove(ids), keys: 'Del' }
  const removing = some(true, allowsAny(totals, canCancel) ? { id: 'cancel', ...remove } : { id: 'clear', ...remove })
  return [running, looking, moving(), removing].filter((group) => group.length > 0)

  function moving(): MenuGroup {
    const [anyKey] = keys
    const row = anyKey === undefined ? undefined : rows.at(rows.indexOf(anyKey))
    if (row === undefined) return []
    const up = moveByOne(queue, rows, row, keys, 'up')
    const down = moveByOne(queue, rows, row, keys, 'down')
    return [
      ...some(up !== undefined, {
        id: 'moveFirst',
        onChoose: () => actions.move(moveToEnd(queue, row, keys, 'first')),
      }),
      ...some(up !== undefined, { id: 'moveUp', keys: 'Alt+↑', onChoose: () => actions.move(up) }),
      ...some(down !== undefined, { id: 'moveDown', keys: 'Alt+↓', onChoose: () => actions.move(down) }),
      ...some(down !== undefined, {
        id: 'moveLast',
        onChoose: () => actions.move(moveToEnd(queue, row, keys, 'last')),
      }),
    ]
  }
}

function some(isPossible: boolean, choice: MenuChoice): MenuGroup {
  return isPossible ? [choice] : []
}
