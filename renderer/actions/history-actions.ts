import type { LongshoreApi } from '../../main/contract/contract.ts'
import type { ReceiptFormat } from '../../main/contract/history.ts'
import type { WindowState, WindowStore } from '../model/store.ts'

/** What a person can do with the history. `tell` shows a refusal. */
export function createHistoryActions(api: LongshoreApi, store: WindowStore, tell: (answer: Promise<unknown>) => void) {
  const update = store.setState
  let latest = 0

  /** An answer that comes after a later question is not shown. */
  async function lookUp(search: string): Promise<void> {
    const asked = ++latest
    const history = await api.listHistory(search)
    if (asked === latest) update({ history })
  }

  return {
    /** Opens the history, at its beginning. */
    showHistory: () => update((state) => ({ ...withoutHistory(state), sheet: 'history' }), true),
    searchHistory: (search: string) => tell(lookUp(search)),
    exportHistory: (format: ReceiptFormat, search: string) =>
      tell(api.exportHistory(format, search).then((exported) => exported !== undefined && update({ exported }))),
    clearHistory: () => tell(api.clearHistory().then(() => lookUp(''))),
  }
}

function withoutHistory({ history: _, exported: _exported, ...state }: WindowState): WindowState {
  return state
}
