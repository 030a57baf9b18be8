import { AddButtons } from './components/add-buttons.tsx'
import { AddReceiver } from './components/add-receiver.tsx'
import { Announcer } from './components/announcer.tsx'
import { DevicesSheet } from './components/devices-sheet.tsx'
import { DropOverlay } from './components/drop-overlay.tsx'
import { EmptyQueue } from './components/empty-queue.tsx'
import { EndingBar } from './components/ending-bar.tsx'
import { FilterBar } from './components/filter-bar.tsx'
import { HistorySheet } from './components/history-sheet.tsx'
import { IdentityStop } from './components/identity-stop.tsx'
import { IncomingSheet } from './components/incoming-sheet.tsx'
import { KeysSheet } from './components/keys-sheet.tsx'
import { LookingBar } from './components/looking-bar.tsx'
import { Notices } from './components/notices.tsx'
import { QuestionSheet } from './components/question-sheet.tsx'
import { Queue } from './components/queue.tsx'
import { ReceiveHere } from './components/receive-here.tsx'
import { ReceiverField } from './components/receiver-field.tsx'
import { ReceiversSheet } from './components/receivers-sheet.tsx'
import { SettingsSheet } from './components/settings-sheet.tsx'
import { TotalsBar } from './components/totals-bar.tsx'
import { UndoBar } from './components/undo-bar.tsx'
import { useFileDrop } from './components/use-file-drop.ts'
import { useWindowKeys } from './components/use-window-keys.ts'
import { useText } from './text.ts'
import { useActions, useWindow } from './window-context.ts'

/** The whole window, which is one drop target. */
export function App() {
  const { t } = useText()
  const { addDropped } = useActions()
  useWindowKeys()
  const dragging = useFileDrop(addDropped)
  const isLoaded = useWindow((state) => state.localReceiver !== undefined)
  const isEmpty = useWindow((state) => state.queue.items.length === 0)

  return (
    <div className="window" data-testid="drop">
      <header className="top">
        <ReceiverField />
        {!isEmpty && <AddButtons />}
      </header>
      {!isEmpty && <TotalsBar />}
      <IdentityStop />
      <EndingBar />
      <LookingBar />
      <Notices />
      {!isEmpty && <FilterBar />}
      <main className="middle">
        {!isEmpty && <h1 className="visually-hidden">{t('queue.label')}</h1>}
        {isEmpty ? isLoaded && <EmptyQueue /> : <Queue />}
      </main>
      <UndoBar />
      <ReceiveHere />
      <AddReceiver />
      <ReceiversSheet />
      <DevicesSheet />
      <IncomingSheet />
      <SettingsSheet />
      <HistorySheet />
      <QuestionSheet />
      <KeysSheet />
      {dragging && <DropOverlay />}
      <Announcer />
    </div>
  )
}
