import { useWindow } from './actions/window-context.ts'
import { AddButtons } from './adding/add-buttons.tsx'
import { DropOverlay } from './adding/drop-overlay.tsx'
import { EmptyQueue } from './adding/empty-queue.tsx'
import { QuestionSheet } from './adding/question-sheet.tsx'
import { Announcer } from './bars/announcer.tsx'
import { EndingBar } from './bars/ending-bar.tsx'
import { FilterBar } from './bars/filter-bar.tsx'
import { KeysSheet } from './bars/keys-sheet.tsx'
import { LookingBar } from './bars/looking-bar.tsx'
import { Notices } from './bars/notices.tsx'
import { TotalsBar } from './bars/totals-bar.tsx'
import { UndoBar } from './bars/undo-bar.tsx'
import { useWindowKeys } from './bars/use-window-keys.ts'
import { DevicesSheet } from './here/devices-sheet.tsx'
import { IncomingSheet } from './here/incoming-sheet.tsx'
import { ReceiveHere } from './here/receive-here.tsx'
import { HistorySheet } from './history/history-sheet.tsx'
import { Queue } from './queue/queue.tsx'
import { AddReceiver } from './receivers/add-receiver.tsx'
import { IdentityStop } from './receivers/identity-stop.tsx'
import { ReceiverField } from './receivers/receiver-field.tsx'
import { ReceiversSheet } from './receivers/receivers-sheet.tsx'
import { SettingsSheet } from './settings/settings-sheet.tsx'
import { useText } from './words/text.ts'

/** The whole window, which is one drop target. */
export function App() {
  const { t } = useText()
  useWindowKeys()
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
      <DropOverlay />
      <Announcer />
    </div>
  )
}
