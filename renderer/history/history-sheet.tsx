import { useEffect, useState } from 'react'
import type { ReceiptFormat } from '../../main/contract/history.ts'
import { useActions, useWindow } from '../actions/window-context.ts'
import { ConfirmButton } from '../ui/confirm-button.tsx'
import { Sheet } from '../ui/sheet.tsx'
import { useText } from '../words/text.ts'
import { HistoryList } from './history-list.tsx'

const formats = ['csv', 'json', 'md5sum', 'xxhsum', 'sha256sum'] as const satisfies readonly ReceiptFormat[]

/** A search begins when nothing was typed for this long, ms. */
const TYPING_MS = 150

/** As long as the main process takes it. */
const MOST_CHARACTERS = 300

/** What was sent, to whom, and that it arrived; to be searched and saved. */
export function HistorySheet() {
  const { t } = useText()
  const isOpen = useWindow((state) => state.sheet === 'history')
  const { closeSheet } = useActions()
  if (!isOpen) return null
  return (
    <Sheet title={t('history.title')} onClose={closeSheet} tone="widest" testId="history">
      <HistoryBody />
    </Sheet>
  )
}

function HistoryBody() {
  const { t } = useText()
  const { closeSheet, searchHistory, exportHistory, clearHistory } = useActions()
  const history = useWindow((state) => state.history)
  const exported = useWindow((state) => state.exported)
  // Uploads that end while the history is open are added to it.
  const ended = useWindow((state) => state.ended)
  const [search, setSearch] = useState('')

  // biome-ignore lint/correctness/useExhaustiveDependencies: `ended` is why it is looked up again.
  useEffect(() => {
    const timer = setTimeout(() => searchHistory(search), TYPING_MS)
    return () => clearTimeout(timer)
  }, [search, ended, searchHistory])

  const isEmpty = history === undefined || history.found === 0
  return (
    <>
      <input
        type="search"
        className="field"
        data-first
        aria-label={t('history.search')}
        placeholder={t('history.search')}
        maxLength={MOST_CHARACTERS}
        value={search}
        onChange={({ target }) => setSearch(target.value)}
      />
      {history !== undefined && <HistoryList history={history} isSearch={search.trim() !== ''} />}
      <div className="history-buttons">
        <fieldset className="history-export" aria-label={t('history.export')} disabled={isEmpty}>
          <span>{t('history.export')}</span>
          {formats.map((format) => (
            <button key={format} type="button" className="button small" onClick={() => exportHistory(format, search)}>
              {t(`history.${format}`)}
            </button>
          ))}
        </fieldset>
        {!isEmpty && search.trim() === '' && (
          <ConfirmButton label={t('history.clear')} question={t('history.clearSure')} onConfirm={clearHistory} />
        )}
      </div>
      <p className="sheet-hint" role="status">
        {exported !== undefined && t('history.exported', { count: exported })}
      </p>
      <div className="sheet-buttons">
        <button type="button" className="button primary" onClick={closeSheet}>
          {t('history.close')}
        </button>
      </div>
    </>
  )
}
