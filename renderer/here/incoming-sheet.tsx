import type { IncomingFile, PairedDevice } from '../../main/contract/receivers.ts'
import { useActions, useWindow } from '../actions/window-context.ts'
import { CloseButton } from '../ui/close-button.tsx'
import { ProgressBar } from '../ui/progress-bar.tsx'
import { Sheet } from '../ui/sheet.tsx'
import { useText } from '../words/text.ts'

/** What is arriving on this computer. */
export function IncomingSheet() {
  const { t } = useText()
  const { closeSheet } = useActions()
  const local = useWindow((state) => state.localReceiver)
  const isOpen = useWindow((state) => state.sheet === 'incoming')
  if (!isOpen || local?.kind !== 'on') return null
  return (
    <Sheet title={t('incoming.title')} onClose={closeSheet} tone="wide" testId="incoming">
      {local.incoming.length === 0 && <p className="sheet-hint">{t('incoming.none')}</p>}
      <ul className="cards">
        {local.incoming.map((file) => (
          <IncomingCard key={file.id} file={file} devices={local.devices} />
        ))}
      </ul>
      <div className="sheet-buttons">
        <CloseButton />
      </div>
    </Sheet>
  )
}

type CardProps = { readonly file: IncomingFile; readonly devices: readonly PairedDevice[] }

function IncomingCard({ file: { path, bytes, bytesStored, device }, devices }: CardProps) {
  const { t, bytes: inBytes } = useText()
  // The app itself is a device of its receiver that the list leaves out.
  const name = devices.find(({ id }) => id === device)?.name
  return (
    <li className="card" data-testid="incoming-file" data-path={path}>
      <strong className="card-name">{path}</strong>
      {name !== undefined && <span className="card-place">{t('incoming.from', { name })}</span>}
      <span className="card-amount">{t('size.of', { stored: inBytes(bytesStored), total: inBytes(bytes) })}</span>
      <ProgressBar
        label={t('row.progress', { name: path })}
        share={bytes === 0 ? 0 : bytesStored / bytes}
        kind="sending"
      />
    </li>
  )
}
