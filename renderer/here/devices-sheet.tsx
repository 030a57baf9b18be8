import { useActions, useWindow } from '../actions/window-context.ts'
import { CloseButton } from '../ui/close-button.tsx'
import { ConfirmButton } from '../ui/confirm-button.tsx'
import { Fingerprint } from '../ui/fingerprint.tsx'
import { Sheet } from '../ui/sheet.tsx'
import { useText } from '../words/text.ts'
import { InvitationCard } from './invitation-card.tsx'

/** How another device pairs with this computer, and which ones have. */
export function DevicesSheet() {
  const { t, instant } = useText()
  const { closeSheet, revokeDevice } = useActions()
  const local = useWindow((state) => state.localReceiver)
  const isOpen = useWindow((state) => state.sheet === 'devices')
  if (!isOpen || local?.kind !== 'on') return null
  return (
    <Sheet title={t('devices.title')} onClose={closeSheet} tone="wide" testId="devices">
      <InvitationCard invitation={local.invitation} address={local.address} />
      {local.fingerprint !== undefined && (
        <dl className="sheet-facts">
          <dt>{t('devices.fingerprint')}</dt>
          <dd>
            <Fingerprint value={local.fingerprint} />
          </dd>
        </dl>
      )}
      <h3>{t('devices.paired')}</h3>
      {local.devices.length === 0 && <p className="sheet-hint">{t('devices.none')}</p>}
      <ul className="cards">
        {local.devices.map(({ id, name, pairedAtMs }) => (
          <li key={id} className="card" data-testid="device" data-name={name}>
            <strong className="card-name">{name}</strong>
            {pairedAtMs !== undefined && (
              <span className="card-place">{t('devices.since', { date: instant(pairedAtMs) })}</span>
            )}
            <ConfirmButton
              label={t('devices.revoke')}
              question={t('devices.revokeSure', { name })}
              onConfirm={() => revokeDevice(id)}
            />
          </li>
        ))}
      </ul>
      <div className="sheet-buttons">
        <CloseButton />
      </div>
    </Sheet>
  )
}
