import type { LocalReceiver } from '../../main/contract/receivers.ts'
import { useActions, useWindow } from '../actions/window-context.ts'
import { type Text, useText } from '../words/text.ts'

/** The receiver inside the app: its switch, how it is, and the folder it fills. */
export function ReceiveHere() {
  const text = useText()
  const { t } = text
  const { setReceiveHere, showInvitation, chooseReceivingFolder, openReceivingFolder, openSheet, showHistory } =
    useActions()
  const localReceiver = useWindow((state) => state.localReceiver)
  if (localReceiver === undefined) return null

  const isWanted = localReceiver.kind === 'on' || localReceiver.kind === 'starting'
  return (
    <footer className="receive-here" data-kind={localReceiver.kind}>
      <label>
        <input
          type="checkbox"
          role="switch"
          className="switch"
          data-testid="receive-here"
          checked={isWanted}
          aria-checked={isWanted}
          onChange={() => setReceiveHere(!isWanted)}
        />
        {t('receiveHere.label')}
      </label>
      <span className="receive-here-state">
        <span role="status">{stateOf(localReceiver, text)}</span>
        {localReceiver.kind === 'on' && ` · ${t('receiveHere.files', { count: localReceiver.filesReceived })}`}
      </span>
      {localReceiver.kind === 'on' && localReceiver.incoming.length > 0 && (
        <button
          type="button"
          className="button small"
          data-testid="incoming-button"
          onClick={() => openSheet('incoming')}
        >
          {t('receiveHere.arriving', { count: localReceiver.incoming.length })}
        </button>
      )}
      {localReceiver.kind === 'on' && localReceiver.fingerprint !== undefined && (
        <button type="button" className="button small" data-testid="pair-device" onClick={showInvitation}>
          {t('receiveHere.pair')}
        </button>
      )}
      <span className="receive-here-folder">
        <span className="path" title={localReceiver.directory}>
          <span className="visually-hidden">{t('receiveHere.folder')} </span>
          {localReceiver.directory}
        </span>
        <button type="button" className="button small" onClick={chooseReceivingFolder}>
          {t('receiveHere.change')}
        </button>
        <button type="button" className="button small" onClick={openReceivingFolder}>
          {t('receiveHere.open')}
        </button>
      </span>
      <button type="button" className="button small" data-testid="history-button" onClick={showHistory}>
        {t('history.title')}
      </button>
      <button
        type="button"
        className="button small"
        data-testid="settings-button"
        onClick={() => openSheet('settings')}
      >
        {t('settings.open')}
      </button>
      <button
        type="button"
        className="button small"
        aria-label={t('keys.button')}
        title={t('keys.button')}
        onClick={() => openSheet('keys')}
      >
        ?
      </button>
    </footer>
  )
}

function stateOf(receiver: LocalReceiver, { t }: Text): string {
  switch (receiver.kind) {
    case 'off':
      return t('receiveHere.off')
    case 'starting':
      return t('receiveHere.starting')
    case 'failed':
      return t('receiveHere.failed', { message: receiver.message })
    case 'on':
      return t('receiveHere.on', { address: receiver.address })
  }
}
